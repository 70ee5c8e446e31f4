package io.llmtrace.testkit;

import io.llmtrace.storage.Page;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import io.llmtrace.storage.spi.ForwardingTraceRepository;

/** Forwards to the reference. A mutant overrides what it breaks. */
class Mutant extends ForwardingTraceRepository {

    final InMemoryTraceRepository right = new InMemoryTraceRepository();

    @Override
    protected TraceRepository delegate() {
        return right;
    }

    /** Breaks with {@link #queryTraces}. */
    @Override
    public Page<TraceSummary> queryTraceSummaries(TraceQuery query) {
        return queryTraces(query).map(TraceSummary::of);
    }

    /** Breaks with {@link #querySpans}. */
    @Override
    public Page<SpanOutline> querySpanOutlines(TraceQuery query) {
        return querySpans(query).map(SpanOutline::of);
    }

    /** Does nothing: the reference has nothing to compact. A mutant may. */
    void compact() {}
}
