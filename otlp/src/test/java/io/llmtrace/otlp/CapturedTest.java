package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.chat.ChatMessage;
import io.llmtrace.otlp.chat.ChatMessages;
import io.llmtrace.otlp.chat.ChatPart;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Maps requests of real SDKs, which {@code interop/run --capture} recorded. The tests in {@code interop} compare all fields of
 * all programs.
 */
class CapturedTest {

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
