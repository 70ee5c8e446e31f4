package io.llmtrace.samples;

import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A trace under construction, with a clock that its calls advance. */
final class TraceSketch {

    private final Session session;
    private final UUID traceId;
    private final List<TraceSpan> spans = new ArrayList<>();
    private Instant now;

    TraceSketch(Session session, Instant start) {
        this.session = session;
        this.traceId = session.dice().uuid();
        this.now = start;
    }

    /** A span that has started. The usage of each child is added to it when the child ends. */
    static final class OpenSpan {
        private final UUID id;
        private final SpanKind kind;
        private final @Nullable OpenSpan parent;
        private final @Nullable String agentName;
        private final Usage usage = new Usage();
        private final TraceSpan.Builder builder;

        private OpenSpan(
                UUID id,
                SpanKind kind,
                @Nullable OpenSpan parent,
                @Nullable String agentName,
                TraceSpan.Builder builder) {
            this.id = id;
            this.kind = kind;
            this.parent = parent;
            this.agentName = agentName;
            this.builder = builder;
        }

        TraceSpan.Builder builder() {
            return builder;
        }

        Usage usage() {
            return usage;
        }
    }

    Session session() {
        return session;
    }

    Dice dice() {
        return session.dice();
    }

    Instant now() {
        return now;
    }

    void pass(long milliseconds) {
        // Adds microseconds, since real clocks are finer than milliseconds.
        now = now.plusMillis(milliseconds).plusNanos(1_000L * dice().between(0, 999));
    }

    OpenSpan open(SpanKind kind, String operationName, @Nullable OpenSpan parent) {
        UUID id = session.eightByteIds() ? Ids.spanIdOf(dice().nextLong()) : dice().uuid();
        String agentName = kind == SpanKind.AGENT ? operationName : agentOf(parent);
        TraceSpan.Builder builder = TraceSpan.builder(session.tenantId(), traceId, id, operationName, now)
                .kind(kind)
                .parentSpanId(parent == null ? null : parent.id)
                .serviceName(session.serviceName())
                .environment(session.tags().get("env"))
                .release(session.tags().get("release"))
                .agentName(agentName)
                .sessionId(session.sessionId())
                .userId(session.userId())
                .tags(session.tags());
        return new OpenSpan(id, kind, parent, agentName, builder);
    }

    private static @Nullable String agentOf(@Nullable OpenSpan span) {
        return span == null ? null : span.agentName;
    }

    void close(OpenSpan span) {
        if (span.kind.repeatsUsageOfChildren()) {
            span.usage.reportOn(span.builder);
        }
        if (span.parent != null) {
            span.parent.usage.add(span.usage);
        }
        spans.add(span.builder.endTime(now).build());
    }

    TraceEvent finish() {
        return TraceEvent.ofSpans(spans);
    }

    /** Returns the spans in the order of their ends. */
    List<TraceSpan> spans() {
        return spans;
    }
}
