package io.llmtrace.storage.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.dev.clickhouse.ClickHouseServerOptions;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.StorageException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.assertj.core.api.AbstractStringAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Helpers of failure tests: servers of their own, small spans, and the assertions that apply to every failure. */
public final class Failing {

    public static final String DATABASE = "traces";

    private static final Instant START = Instant.parse("2026-03-01T12:00:00.123456789Z");

    private Failing() {}

    public static ClickHouseServerOptions.Builder options() {
        return ClickHouseServerOptions.builder().ownProcess();
    }

    public static ClickHouseServer startServer() {
        return ClickHouseServer.start(options().build());
    }

    /** @param parameters parameters of the URL with their question mark, or empty */
    public static ClickHouseTraceRepository open(ClickHouseServer server, String parameters) {
        return open(server.url(DATABASE) + parameters);
    }

    public static ClickHouseTraceRepository open(String url) {
        return ClickHouseTraceRepository.open(ClickHouseSettings.parse(url));
    }

    public static String displayUrl(ClickHouseServer server) {
        return "clickhouse://127.0.0.1:" + server.httpPort() + "/" + DATABASE;
    }

    /** Asserts that a call fails with exactly this type and a cause, and that the password appears nowhere; returns its message. */
    public static AbstractStringAssert<?> assertFails(
            ClickHouseServer server, Class<? extends StorageException> type, ThrowingCallable call) {
        Throwable failure = catchThrowable(call);
        assertThat(failure).isExactlyInstanceOf(type).hasCauseInstanceOf(Exception.class);
        assertThat(stackTrace(failure)).doesNotContain(server.password());
        return assertThat(failure.getMessage());
    }

    public static String stackTrace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    /** Returns spans of one new trace. */
    public static List<TraceSpan> spans(UUID tenant, int count) {
        return spans(tenant, count, "What is the capital of France?");
    }

    public static List<TraceSpan> spans(UUID tenant, int count, String prompt) {
        UUID trace = UUID.randomUUID();
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            spans.add(TraceSpan.builder(tenant, trace, UUID.randomUUID(), "chat", START.plusSeconds(i))
                    .prompt(prompt)
                    .build());
        }
        return spans;
    }

    /** Returns a text that compresses to no less than three quarters of its size. One word: an index of thousands would take a minute. */
    public static String noise(int characters) {
        byte[] bytes = new byte[characters / 4 * 3];
        new Random(characters).nextBytes(bytes);
        for (int i = 0; i < 16; i++) {
            bytes[i] = (byte) System.nanoTime();
        }
        return Base64.getEncoder().encodeToString(bytes).replace('+', 'A').replace('/', 'B');
    }

    public static List<TraceSpan> stored(ClickHouseTraceRepository repository, List<TraceSpan> spans) {
        return repository
                .getTrace(spans.get(0).tenantId(), spans.get(0).traceId())
                .map(trace -> trace.spans())
                .orElse(List.of());
    }
}
