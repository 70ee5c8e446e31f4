package io.llmtrace.storage.sqlite;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A process that writes to a store until it is killed, and prints what was acknowledged. The number of a step says what it does,
 * so the test knows what must be stored:
 *
 * <pre>
 *   step n     stores trace n
 *   n % 5 = 4  then rewrites trace n-2 as its second version
 *   n % 7 = 6  then deletes trace n-4
 * </pre>
 */
final class WriterProcess {

    static final UUID TENANT = UUID.fromString("9b6ff2a0-7a53-4f9e-9a0c-2f9f3b3f5c11");

    private static final Instant START = Instant.parse("2026-03-01T12:00:00.123456789Z");

    private WriterProcess() {}

    /**
     * Writes step after step.
     *
     * @param args the file of the store, and the number of the first step
     */
    public static void main(String[] args) {
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(Path.of(args[0]))) {
            for (int step = Integer.parseInt(args[1]); ; step++) {
                store(repository, step, 1);
                acknowledge("stored " + step);
                if (step % 5 == 4) {
                    store(repository, step - 2, 2);
                    acknowledge("rewritten " + (step - 2));
                }
                if (step % 7 == 6) {
                    repository.deleteTrace(TENANT, traceId(step - 4));
                    acknowledge("deleted " + (step - 4));
                }
            }
        }
    }

    static UUID traceId(int number) {
        return UUID.nameUUIDFromBytes(("trace " + number).getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the trace of an agent that sends its history with each call, with findings, tags and actions. */
    static TraceEvent trace(int number, int version) {
        List<TraceSpan> spans = new ArrayList<>();
        StringBuilder history = new StringBuilder("version " + version + " of trace " + number);
        int size = 1 + number % 12;
        for (int i = 0; i < size; i++) {
            history.append("\nstep ")
                    .append(i)
                    .append(": what the agent said and saw ")
                    .append(number * 31L + i);
            Instant start = START.plusMillis(number).plusNanos(i);
            spans.add(TraceSpan.builder(TENANT, traceId(number), new UUID(0, 1000L + i), "step " + i, start)
                    .endTime(start.plusMillis(version))
                    .kind(i == 0 ? SpanKind.AGENT : SpanKind.LLM)
                    .modelName("model-" + version)
                    .prompt(history.toString())
                    .response("answer " + i)
                    .tags(Map.of("version", Integer.toString(version)))
                    .securityFindings(List.of(SecurityFinding.builder(Severity.LOW, "type-" + version, start)
                            .id(new UUID(number, i))
                            .confidenceScore(0.5)
                            .build()))
                    .agentActions(List.of(AgentAction.builder(AgentActionType.TOOL_CALL, "tool-" + i, start)
                            .id(new UUID(number, 100L + i))
                            .build()))
                    .build());
        }
        return TraceEvent.ofSpans(spans);
    }

    /** Stores a trace in one of three ways, each of which stores a span as a whole: as a trace, as a batch, or span by span. */
    private static void store(SqliteTraceRepository repository, int number, int version) {
        TraceEvent trace = trace(number, version);
        switch (number % 3) {
            case 0 -> repository.storeTrace(trace);
            case 1 -> repository.storeSpans(trace.spans());
            default -> trace.spans().forEach(repository::storeSpan);
        }
    }

    @SuppressWarnings("SystemOut") // the parent reads it
    private static void acknowledge(String what) {
        System.out.println(what);
        System.out.flush();
    }
}
