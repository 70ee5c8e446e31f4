package io.llmtrace.testkit;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceRepository;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/** Random writes and deletes, made in the same way on two repositories, whose answers must agree. */
final class RandomHistory {

    private static final int SHOWN_OPERATIONS = 25;

    private final RandomTraces traces;
    private final Deque<String> operations = new ArrayDeque<>();

    RandomHistory(RandomTraces traces) {
        this.traces = traces;
    }

    /** Makes one write or, one time in ten, a delete. */
    void operation(TraceRepository first, TraceRepository second) {
        switch (traces.below(20)) {
            case 0 -> {
                UUID tenant = traces.tenant();
                Instant time = traces.time();
                onBoth(
                        "deleteTracesBefore " + tenant + " " + time,
                        first,
                        second,
                        r -> r.deleteTracesBefore(tenant, time));
            }
            case 1 -> {
                UUID tenant = traces.tenant();
                UUID traceId = traces.traceId();
                onBoth("deleteTrace " + tenant + " " + traceId, first, second, r -> r.deleteTrace(tenant, traceId));
            }
            default -> write(first, second);
        }
    }

    void write(TraceRepository first, TraceRepository second) {
        switch (traces.below(4)) {
            case 0 -> {
                TraceSpan span = traces.span();
                onBoth("storeSpan " + span, first, second, r -> {
                    r.storeSpan(span);
                    return "done";
                });
            }
            case 1 -> {
                List<TraceSpan> spans = traces.spans(1 + traces.below(12));
                onBoth("storeSpans " + spans, first, second, r -> {
                    r.storeSpans(spans);
                    return "done";
                });
            }
            default -> {
                TraceEvent trace = traces.trace();
                onBoth("storeTrace " + trace + " " + trace.spans(), first, second, r -> {
                    r.storeTrace(trace);
                    return "done";
                });
            }
        }
    }

    void note(String step) {
        operations.add(step);
    }

    /** Returns the last operations, for the message of a failure. */
    String lastOperations() {
        int skipped = Math.max(0, operations.size() - SHOWN_OPERATIONS);
        return skipped + " operations, then:\n  "
                + String.join("\n  ", operations.stream().skip(skipped).toList());
    }

    private void onBoth(
            String step, TraceRepository first, TraceRepository second, Function<TraceRepository, Object> call) {
        note(step);
        Object answer = call.apply(first);
        Object expected = call.apply(second);
        if (!answer.equals(expected)) {
            throw new AssertionError(step + ": " + answer + " instead of " + expected);
        }
    }
}
