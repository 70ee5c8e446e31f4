package io.llmtrace.storage.clickhouse.internal.read;

import io.llmtrace.model.Times;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.SpanDigest;
import io.llmtrace.storage.TraceSummarizer;
import io.llmtrace.storage.TraceSummary;
import java.util.UUID;

/** The data of one span that the summary of its trace needs. */
public record SummarizedSpan(TraceSpan narrow, SpanDigest digest) {

    /** Returns the summary of a trace. */
    public static TraceSummary summaryOf(UUID traceId, UUID tenantId, StoredTrace<SummarizedSpan> trace) {
        TraceSummarizer summarizer = new TraceSummarizer(traceId, tenantId, Times.ofNanos(trace.createdNanos()));
        for (StoredRow<SummarizedSpan> row : trace.spans()) {
            summarizer.add(row.value().narrow, row.value().digest);
        }
        return summarizer.summary();
    }
}
