package io.llmtrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Reads the calls of an instrumented OpenAI client back: over REST field by field, and with {@code show}.
 *
 * <p>The instrumentation sends messages as log records, apart from the spans and usually before them.
 */
class ModelClientTest {

    private static final String QUESTION = "What is a trace?";
    private static final String WEATHER_QUESTION = "What is the weather in Paris?";

    @TempDir
    static Path folder;

    private static FakeModelServer model;
    private static RunningLlmTrace llmtrace;

    @BeforeAll
    static void start() throws IOException {
        model = FakeModelServer.start();
        llmtrace = RunningLlmTrace.startIn(folder);
    }

    @AfterAll
    static void stop() {
        llmtrace.close();
        model.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_PROTOBUF", "GRPC"})
    void chat_isReadable(Transport transport) {
        StoredTrace trace = traceOf(
                transport, assistant -> assertThat(assistant.chat(QUESTION)).isEqualTo("You said: " + QUESTION));

        trace.assertCalls("chat.json");
        assertShowsChat(trace);
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_PROTOBUF", "GRPC"})
    void chatStreamed_isReadable(Transport transport) {
        StoredTrace trace = traceOf(
                transport,
                assistant -> assertThat(assistant.chatStreamed(QUESTION)).isEqualTo("You said: " + QUESTION));

        trace.assertCalls("chat.json");
        assertShowsChat(trace);
    }

    @Test
    void chat_whenContentComesAfterItsSpan_isReadable() {
        try (Telemetry telemetry = new Telemetry(Transport.HTTP_PROTOBUF, llmtrace.uri());
                Assistant assistant = new Assistant(telemetry.sdk(), model.baseUrl(), FakeModelServer.API_KEY)) {
            String traceId = telemetry.trace("answer", () -> assistant.chat(QUESTION));
            telemetry.sendSpans();
            telemetry.sendLogs();

            StoredTrace trace = new StoredTrace(llmtrace, traceId);
            trace.assertCalls("chat.json");
            assertShowsChat(trace);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_PROTOBUF", "GRPC"})
    void chatWithTool_isReadable(Transport transport) {
        StoredTrace trace = traceOf(
                transport,
                assistant -> assertThat(assistant.chatWithTool(WEATHER_QUESTION))
                        .isEqualTo("The tool said: " + Assistant.TOOL_RESULT));

        trace.assertCalls("tool-request.json", "tool-answer.json");
        assertThat(trace.show())
                .contains("3 spans · 2 model calls · 29 tokens (20 in, 9 out)")
                .containsSubsequence("""
                          user        What is the weather in Paris?
                          tool call   get_weather({"city":"Paris"})

                        """, """
                          user        What is the weather in Paris?
                          tool result 18 degrees and sunny
                          assistant   The tool said: 18 degrees and sunny
                        """);
        assertThat(trace.show("--full")).containsSubsequence("""
                        assistant → get_weather call_fake_1
                          {"city":"Paris"}

                        ────""", """
                        assistant → get_weather call_fake_1
                          {"city":"Paris"}

                        tool ← result call_fake_1
                          18 degrees and sunny

                        assistant
                          The tool said: 18 degrees and sunny
                        """);
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_PROTOBUF", "GRPC"})
    void toolRequestStreamed_isReadable(Transport transport) {
        StoredTrace trace = traceOf(transport, assistant -> assistant.requestToolStreamed(WEATHER_QUESTION));

        trace.assertCalls("tool-request.json");
        assertThat(trace.show()).contains("\n  tool call   get_weather({\"city\":\"Paris\"})\n");
    }

    /** The instrumentation sends the text of chats only, not of embeddings. */
    @ParameterizedTest
    @EnumSource(names = {"HTTP_PROTOBUF", "GRPC"})
    void embed_isReadable(Transport transport) {
        StoredTrace trace = traceOf(
                transport,
                assistant -> assertThat(assistant.embed("a few words of text")).containsExactly(0.25f, -0.5f));

        trace.assertCalls("embeddings.json");
        assertThat(trace.show()).contains("embeddings text-embedding-3-small", "models text-embedding-3-small");
        assertThat(fieldOf(trace, "prompt_tokens")).isEqualTo("5");
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_PROTOBUF", "GRPC"})
    void rateLimited_isReadable(Transport transport) {
        String question = "Is there a " + FakeModelServer.RATE_LIMIT_TRIGGER + "?";
        StoredTrace trace = traceOf(
                transport,
                assistant -> assertThatThrownBy(() -> assistant.chat(question)).isInstanceOf(RateLimitException.class));

        trace.assertCalls("rate-limited.json");
        assertShowsError(trace, question, "429: Rate limit reached");
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_PROTOBUF", "GRPC"})
    void unauthorized_isReadable(Transport transport) {
        StoredTrace trace = traceOf(
                transport,
                "sk-wrong",
                assistant ->
                        assertThatThrownBy(() -> assistant.chat(QUESTION)).isInstanceOf(UnauthorizedException.class));

        trace.assertCalls("unauthorized.json");
        assertShowsError(trace, QUESTION, "401: Incorrect API key provided");
    }

    private static StoredTrace traceOf(Transport transport, Consumer<Assistant> work) {
        return traceOf(transport, FakeModelServer.API_KEY, work);
    }

    private static StoredTrace traceOf(Transport transport, String apiKey, Consumer<Assistant> work) {
        try (Telemetry telemetry = new Telemetry(transport, llmtrace.uri());
                Assistant assistant = new Assistant(telemetry.sdk(), model.baseUrl(), apiKey)) {
            String traceId = telemetry.trace("answer", () -> work.accept(assistant));
            telemetry.sendLogs();
            telemetry.sendSpans();
            return new StoredTrace(llmtrace, traceId);
        }
    }

    private static void assertShowsChat(StoredTrace trace) {
        assertThat(trace.show())
                .startsWith("answer  ")
                .contains("2 spans · 1 model call · 12 tokens (6 in, 6 out)")
                .contains("service assistant · models gpt-4o-mini-2024-07-18")
                .contains("\n└─ chat gpt-4o-mini ")
                .contains("\n  user        What is a trace?\n  assistant   You said: What is a trace?\n")
                .doesNotContain("error");
        assertThat(trace.show("--full")).contains("""

                        system
                          Be brief.

                        user
                          What is a trace?

                        assistant
                          You said: What is a trace?
                        """);
        assertThat(fieldOf(trace, "status")).isEqualTo("ok");
        assertThat(fieldOf(trace, "provider")).isEqualTo("OpenAI");
        assertThat(fieldOf(trace, "model_name")).isEqualTo("gpt-4o-mini-2024-07-18");
        assertThat(fieldOf(trace, "total_tokens")).isEqualTo("12");
        assertThat(fieldOf(trace, "finish_reason")).isEqualTo("stop");
    }

    private static void assertShowsError(StoredTrace trace, String question, String message) {
        assertThat(trace.show())
                .contains("1 error")
                .contains(" error: " + message + " ")
                .contains("\n  user        " + question + "\n  error       " + message + "\n");
        assertThat(trace.show("--full")).contains("\nerror\n  " + message + "\n");
        assertThat(fieldOf(trace, "status")).isEqualTo("error");
        assertThat(fieldOf(trace, "model_name")).isEqualTo("gpt-4o-mini");
    }

    /** Returns the value that {@code show --span} prints for the field. */
    private static String fieldOf(StoredTrace trace, String field) {
        return trace.showFirstCall()
                .lines()
                .filter(line -> line.startsWith(field + " "))
                .map(line -> line.substring(field.length()).strip())
                .findFirst()
                .orElse("");
    }
}
