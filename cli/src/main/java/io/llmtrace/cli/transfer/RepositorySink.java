package io.llmtrace.cli.transfer;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceRepository;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes batches to a store: one transaction for all traces whose creation is the start of their first span. */
final class RepositorySink {

    private final TraceRepository repository;

    RepositorySink(TraceRepository repository) {
        this.repository = repository;
    }

    /** All, or it throws. */
    Map<Integer, String> store(List<TraceEvent> batch) {
        List<TraceSpan> together = new ArrayList<>();
        for (TraceEvent trace : batch) {
            if (createdWithFirstSpan(trace)) {
                together.addAll(trace.spans());
                continue;
            }
            // In the order of the file: of a span that is given twice the later one counts.
            repository.storeSpans(together);
            together.clear();
            repository.storeTrace(trace);
        }
        repository.storeSpans(together);
        return Map.of();
    }

    /** Then storing its spans stores the trace. */
    private static boolean createdWithFirstSpan(TraceEvent trace) {
        return !trace.spans().isEmpty()
                && trace.createdAt().equals(trace.spans().get(0).startTime());
    }
}
