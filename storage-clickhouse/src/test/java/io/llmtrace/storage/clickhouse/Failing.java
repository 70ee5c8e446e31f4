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

/** What tests of failures share: a server of their own, small spans, and what every failure must hold to. */
final class Failing {

    static final String DATABASE = "traces";

    private static final Instant START = Instant.parse("2026-03-01T12:00:00.123456789Z");

    private Failing() {}

    static ClickHouseServerOptions.Builder options() {
        return ClickHouseServerOptions.builder().ownProcess();
    }

    static ClickHouseServer startServer() {
        return ClickHouseServer.start(options().build());
    }

    /** @param parameters of the URL, with their question mark, or empty */
    static ClickHouseTraceRepository open(ClickHouseServer server, String parameters) {
        return open(server.url(DATABASE) + parameters);
    }

    static ClickHouseTraceRepository open(String url) {
        return ClickHouseTraceRepository.open(ClickHouseSettings.parse(url));
    }

    static String displayUrl(ClickHouseServer server) {
        return "clickhouse://127.0.0.1:" + server.httpPort() + "/" + DATABASE;
    }

    /** The failure is of exactly this type, has a cause, and shows the password nowhere. */
    static AbstractStringAssert<?> assertFails(
            ClickHouseServer server, Class<? extends StorageException> type, ThrowingCallable call) {
        Throwable failure = catchThrowable(call);
        assertThat(failure).isExactlyInstanceOf(type).hasCauseInstanceOf(Exception.class);
        assertThat(stackTrace(failure)).doesNotContain(server.password());
        return assertThat(failure.getMessage());
    }

    static String stackTrace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    /** Of one new trace. */
    static List<TraceSpan> spans(UUID tenant, int count) {
        return spans(tenant, count, "What is the capital of France?");
    }

    static List<TraceSpan> spans(UUID tenant, int count, String prompt) {
        UUID trace = UUID.randomUUID();
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            spans.add(TraceSpan.builder(tenant, trace, UUID.randomUUID(), "chat", START.plusSeconds(i))
                    .prompt(prompt)
                    .build());
        }
        return spans;
    }

    /** Text that compression does not make smaller than three quarters. */
    static String noise(int characters) {
        byte[] bytes = new byte[characters / 4 * 3];
        new Random(characters).nextBytes(bytes);
        for (int i = 0; i < 16; i++) {
            bytes[i] = (byte) System.nanoTime();
        }
        return Base64.getEncoder().encodeToString(bytes);
    }

    static List<TraceSpan> stored(ClickHouseTraceRepository repository, List<TraceSpan> spans) {
        return repository
                .getTrace(spans.get(0).tenantId(), spans.get(0).traceId())
                .map(trace -> trace.spans())
                .orElse(List.of());
    }
}
