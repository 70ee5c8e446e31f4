package io.llmtrace.ingest;

import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.TraceSpan;

/** Interprets events that carry the content of spans, so that ingest need not know the protocol by which they arrived. */
public interface EventContent {

    /** The interpretation for sources whose events always arrive inside their spans. */
    EventContent NONE = new EventContent() {
        @Override
        public boolean isSeparate(SpanEvent event) {
            return false;
        }

        @Override
        public TraceSpan complete(TraceSpan span) {
            return span;
        }
    };

    /** Returns whether the event arrived on its own, separately from its span. */
    boolean isSeparate(SpanEvent event);

    /**
     * Fills in the content of the span's separate events, where the span has no content of its own. Completing a span again
     * with more events MUST give the same result as completing it once with all of them.
     */
    TraceSpan complete(TraceSpan span);
}
