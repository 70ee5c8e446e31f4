package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.chat.ChatMessage;
import io.llmtrace.otlp.chat.ChatMessages;
import io.llmtrace.otlp.chat.ChatPart;
import io.llmtrace.otlp.chat.ToolDefinition;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Maps requests of real SDKs, which {@code interop/run --capture} recorded. The tests in {@code interop} compare all fields of
 * all programs.
 */
class CapturedTest {

    private static final List<Long> OPENAI_TOTALS = List.of(12L, 12L, 10L, 19L);

    /** The tokens of each call that succeeded, as the model reports them. */
    private static final Map<String, List<Long>> TOTALS = Map.of(
            "python-google-adk", List.of(25L, 25L, 25L, 34L),
            "python-langfuse-langchain", OPENAI_TOTALS,
            "python-livekit-agents", List.of(12L, 10L, 19L),
            "python-openai-agents-openinference", OPENAI_TOTALS,
            "python-pydantic-ai-agent-3", OPENAI_TOTALS,
            "python-pydantic-ai-agent-6", OPENAI_TOTALS);

    @ParameterizedTest
    @ValueSource(strings = {"javascript-anthropic-openinference", "python-anthropic-openinference"})
    void toolCall_thatStandsTwice_isOne(String program) {
        TraceSpan request =
                named(program, "Anthropic Messages", "messages.create").get(2);

        assertThat(Chats.of(request).output()).hasSize(1);
        assertThat(Chats.of(request).output().get(0).parts())
                .extracting(ChatPart::type, ChatPart::id)
                .containsExactly(tuple(ChatPart.TOOL_CALL, "toolu_fake_1"));
    }

    @Test
    void finishReason_ofAnthropicsOwnSpans() {
        assertThat(named("javascript-anthropic-openinference", "anthropic.messages.create"))
                .extracting(TraceSpan::finishReason)
                .containsExactly("stop", "stop", "tool_call", "stop", null);
    }

    @Test
    void httpStatus_atTheBeginningOfAMessage() {
        TraceSpan failed =
                named("javascript-langgraph-openinference", "ChatOpenAI").get(4);

        assertThat(failed.statusCode()).isEqualTo(429);
    }

    @ParameterizedTest
    @ValueSource(strings = {"javascript-vercel-ai-sdk", "javascript-vercel-ai-sdk-6"})
    void toolResult_thatIsQuoted_isText(String program) {
        TraceSpan tool =
                named(program, "execute_tool get_weather", "ai.toolCall").get(0);

        assertThat(tool.response()).isEqualTo("18 degrees and sunny");
    }

    @Test
    void embedding_hasItsTextAndNoVector() {
        assertThat(named("javascript-vercel-ai-sdk-6", "ai.embed", "ai.embed.doEmbed"))
                .allSatisfy(span -> {
                    assertThat(texts(Chats.of(span).input())).containsExactly("a few words of text");
                    assertThat(span.response()).isNull();
                })
                .hasSize(2);
    }

    @Test
    void tokens_ofResponsesOfLangfuse() {
        TraceSpan response =
                named("python-langfuse-openai", "OpenAI-generation").get(4);

        assertThat(response.promptTokens()).isEqualTo(6);
        assertThat(response.cacheReadTokens()).isEqualTo(2);
        assertThat(response.reasoningTokens()).isZero();
    }

    @Test
    void prompt_ofAGraph_isItsWholeState() {
        TraceSpan graph = named("python-langgraph-openinference", "weather").get(0);

        assertThat(texts(Chats.of(graph).input())).containsExactly("Be brief.", "What is the weather in Paris?");
    }

    @Test
    void answer_ofACallThatFailed_isNone() {
        TraceSpan failed = named("python-langgraph-openinference", "ChatOpenAI").get(4);

        assertThat(failed.statusCode()).isEqualTo(429);
        assertThat(Chats.of(failed).output()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "python-google-adk",
                "python-langfuse-langchain",
                "python-livekit-agents",
                "python-openai-agents-openinference",
                "python-pydantic-ai-agent-3",
                "python-pydantic-ai-agent-6"
            })
    void call_ofAnAgent_isOneSpanOfKindLlm(String program) {
        assertThat(Samples.captured(program))
                .filteredOn(span -> span.kind() == SpanKind.LLM)
                .filteredOn(span -> span.errorMessage() == null)
                .extracting(TraceSpan::totalTokens)
                .containsExactlyInAnyOrderElementsOf(TOTALS.get(program));
    }

    @Test
    void answer_thatArrivedInChunks_isOneMessage() {
        TraceSpan streamed =
                named("python-google-adk", "generate_content gemini-2.5-flash").get(1);

        assertThat(Chats.of(streamed).output())
                .containsExactly(ChatMessage.of("assistant", List.of(ChatPart.text("You said: What is a trace?")))
                        .withFinishReason("stop"));
    }

    @Test
    void httpStatus_belowAHint() {
        TraceSpan failed =
                named("python-google-adk", "generate_content gemini-2.5-flash").get(4);

        assertThat(failed.statusCode()).isEqualTo(429);
    }

    @Test
    void host_inThePlaceOfTheProvider_isNoProvider() {
        assertThat(named("python-livekit-agents", "llm_request"))
                .extracting(TraceSpan::provider)
                .containsOnly(LlmProvider.OPENAI);
    }

    @Test
    void notes_ofLiveKit_areNoMessages() {
        TraceSpan node = named("python-livekit-agents", "llm_node").get(0);

        assertThat(texts(Chats.of(node).input())).containsExactly("Be brief.", "What is a trace?");
    }

    @ParameterizedTest
    @CsvSource({"python-livekit-agents, function_tool", "javascript-genkit, get_weather"})
    void toolResult_thatIsJsonText_isText(String program, String tool) {
        assertThat(named(program, tool).get(0).response()).isEqualTo("18 degrees and sunny");
    }

    @Test
    void textOfAFlow_hasNoQuotes() {
        TraceSpan flow = named("javascript-genkit", "forecast").get(0);

        assertThat(texts(Chats.of(flow).input())).containsExactly("What is the weather in Paris?");
        assertThat(texts(Chats.of(flow).output())).containsExactly("The tool said: 18 degrees and sunny");
    }

    @Test
    void embedding_ofGenkit_hasNoVector() {
        TraceSpan embedding =
                named("javascript-genkit", "openai/text-embedding-3-small").get(0);

        assertThat(texts(Chats.of(embedding).input())).containsExactly("a few words of text");
        assertThat(embedding.response()).isNull();
    }

    @Test
    void tools_ofAStep_areThoseOfTheCall() {
        assertThat(named("javascript-genkit", "generate"))
                .allSatisfy(step -> assertThat(Chats.of(step).tools()).isEmpty());
        assertThat(Chats.of(named("javascript-genkit", "openai/gpt-4o-mini").get(2))
                        .tools())
                .extracting(ToolDefinition::name)
                .containsExactly("get_weather");
    }

    @Test
    void sessionUserAndTags_ofLangfusesHandler() {
        assertThat(named("python-langfuse-langchain", "ChatOpenAI")).hasSize(5).allSatisfy(span -> {
            assertThat(span.sessionId()).isEqualTo("session-1");
            assertThat(span.userId()).isEqualTo("user-1");
            assertThat(span.tags()).containsEntry("weather", "true").doesNotContainKey("langfuse_tags");
        });
    }

    @Test
    void settings_ofAResponse_areThoseOfItsRequest() {
        TraceSpan response =
                named("python-openai-agents-openinference", "response").get(0);

        assertThat(response.requestSettings())
                .containsOnlyKeys("parallel_tool_calls", "temperature", "top_p", "text", "truncation");
    }

    @Test
    void promptCutInAnEmoji_losesNoOtherSpan() {
        assertThat(Samples.captured("javascript-opentelemetry-0.57"))
                .extracting(TraceSpan::prompt)
                .hasSize(10)
                .containsOnlyOnce("Tell a story about a \ufffd");
    }

    private static List<String> texts(List<ChatMessage> messages) {
        return messages.stream().map(ChatMessages::textOf).toList();
    }

    /** Returns the spans of a program that have one of these names, ordered by time. */
    private static List<TraceSpan> named(String program, String... names) {
        List<String> wanted = List.of(names);
        return Samples.captured(program).stream()
                .filter(span -> wanted.contains(span.operationName()))
                .sorted(Comparator.comparing(TraceSpan::startTime))
                .toList();
    }
}
