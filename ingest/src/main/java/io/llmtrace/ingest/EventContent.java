package io.llmtrace.ingest;

import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.TraceSpan;
import org.jspecify.annotations.Nullable;

/**
 * Interprets events that carry the content of spans, or became spans themselves, so that ingest need not know the protocol by which they
 * arrived.
 */
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

    /**
     * Returns the id of the call that a span reports, if another span of the same trace, one of them made from an event, may report it,
     * too; else null. Both have the same id for the same call.
     */
    default @Nullable String callOf(TraceSpan span) {
        return null;
    }

    /** Returns whether a span was made from an event. */
    default boolean isFromEvent(TraceSpan span) {
        return false;
    }

    /** Returns the span of an event as one that is no call, since another span reports the call. */
    default TraceSpan withoutCall(TraceSpan fromEvent) {
        return fromEvent;
    }

    /** Returns a span that reports a call, with what the span of an event reports of the same call. */
    default TraceSpan withReport(TraceSpan span, TraceSpan fromEvent) {
        return span;
    }
}
