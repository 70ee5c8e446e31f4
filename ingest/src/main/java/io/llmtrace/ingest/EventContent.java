package io.llmtrace.ingest;

import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.TraceSpan;

/** What ingest needs to know of events that carry content of spans, without knowing the protocol that they came in. */
public interface EventContent {

    /** Where no event comes apart. */
    EventContent NONE = new EventContent() {
        @Override
        public boolean cameApart(SpanEvent event) {
            return false;
        }

        @Override
        public TraceSpan complete(TraceSpan span) {
            return span;
        }
    };

    /** Whether the event came on its own, apart from its span. */
    boolean cameApart(SpanEvent event);

    /**
     * The span with what its events that came apart say, where it says nothing itself. Completing a span again, with more
     * events, MUST give what completing it once with all of them gives.
     */
    TraceSpan complete(TraceSpan span);
}
