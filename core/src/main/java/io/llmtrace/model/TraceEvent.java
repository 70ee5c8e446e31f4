package io.llmtrace.model;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A trace: the spans of one run of an application, possibly none. */
public sealed interface TraceEvent permits TraceEventValues {

    /** Returns the id of the trace. */
    UUID traceId();

    /** Returns the tenant that the trace belongs to. */
    UUID tenantId();

    /** Returns the time of creation. */
    Instant createdAt();

    /** Returns the spans, ordered by start and then by span id. */
    List<TraceSpan> spans();

    /**
     * Returns the trace of these spans, created at their earliest start.
     *
     * @param spans the spans; of two with the same id the later in the list is kept
     * @throws IllegalArgumentException if there is no span, or if they belong to different traces or tenants
     */
    static TraceEvent ofSpans(List<TraceSpan> spans) {
        Checks.argument(!spans.isEmpty(), "spans is empty", spans);
        return of(spans.get(0).traceId(), spans.get(0).tenantId(), null, spans);
    }

    /**
     * Returns a trace.
     *
     * @param createdAt null for the earliest start of the spans
     * @param spans the spans; of two with the same id the later in the list is kept
     * @throws IllegalArgumentException if a span belongs to another trace or tenant, or if the time of creation is missing on a
     *     trace without spans or out of range
     */
    static TraceEvent of(UUID traceId, UUID tenantId, @Nullable Instant createdAt, List<TraceSpan> spans) {
        return builder(traceId, tenantId).createdAt(createdAt).spans(spans).build();
    }

    /** Returns a builder without spans. */
    static Builder builder(UUID traceId, UUID tenantId) {
        return new Builder(traceId, tenantId);
    }

    /** Returns a builder with all values of this trace. */
    default Builder toBuilder() {
        return builder(traceId(), tenantId()).createdAt(createdAt()).spans(spans());
    }

    /** Builds a trace. */
    final class Builder {
        private final UUID traceId;
        private final UUID tenantId;
        private @Nullable Instant createdAt;
        private List<TraceSpan> spans = List.of();

        private Builder(UUID traceId, UUID tenantId) {
            this.traceId = traceId;
            this.tenantId = tenantId;
        }

        /** Sets the time of creation; null, the default, for the earliest start of the spans. */
        public Builder createdAt(@Nullable Instant value) {
            this.createdAt = value;
            return this;
        }

        /** Sets the spans, in any order; of two with the same id the later in the list is kept. */
        public Builder spans(List<TraceSpan> value) {
            this.spans = value;
            return this;
        }

        /**
         * Builds the trace.
         *
         * @throws IllegalArgumentException if a span belongs to another trace or tenant, or if the time of creation is missing
         *     on a trace without spans or out of range
         */
        @SuppressWarnings("NullAway") // the constructor fills in the time of creation
        public TraceEvent build() {
            return new TraceEventValues(traceId, tenantId, createdAt, spans);
        }
    }
}
