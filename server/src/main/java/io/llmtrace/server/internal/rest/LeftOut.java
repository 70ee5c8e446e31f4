package io.llmtrace.server.internal.rest;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.storage.spi.DamagedTraces;
import io.llmtrace.storage.spi.ReadableTrace;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The parts of answers that say what is missing in them, since the store is damaged. */
final class LeftOut {

    private LeftOut() {}

    /**
     * The last line of an export that is not complete.
     *
     * @param leftOut how many traces cannot be read
     * @param traceIds the ids of the first of them
     * @param reason why the first of what is left out cannot be read
     * @param leftOutSpans how many spans of other traces cannot be read; left out with their ids if all can
     * @param spanIds the first of them
     */
    record OfExport(
            long leftOut,
            List<UUID> traceIds,
            String reason,
            @Nullable Long leftOutSpans,
            @Nullable List<SpanId> spanIds) {

        static OfExport of(DamagedTraces damaged) {
            boolean spans = damaged.spanCount() > 0;
            return new OfExport(
                    damaged.count(),
                    damaged.first(),
                    damaged.reason(),
                    spans ? damaged.spanCount() : null,
                    spans ? damaged.firstSpans().stream().map(SpanId::of).toList() : null);
        }
    }

    /** A span in an export. */
    record SpanId(UUID traceId, String spanId) {
        private static SpanId of(SpanIdentity span) {
            return new SpanId(span.traceId(), Ids.formatSpanId(span.spanId()));
        }
    }

    /** A trace of which some spans cannot be read. */
    record PartOfTrace(@JsonUnwrapped TraceEvent trace, OfTrace leftOut) {
        static PartOfTrace of(ReadableTrace part) {
            List<String> ids = part.unreadable().stream().map(Ids::formatSpanId).toList();
            return new PartOfTrace(part.trace(), new OfTrace(ids.size(), ids, part.reason()));
        }
    }

    /**
     * What a trace lacks.
     *
     * @param spans how many spans cannot be read
     * @param spanIds their ids
     * @param reason why the first of them cannot be read
     */
    record OfTrace(int spans, List<String> spanIds, String reason) {}
}
