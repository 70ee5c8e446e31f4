package io.llmtrace.storage;

import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One line of a list of traces.
 *
 * <p>Calls, tokens and cost count each call once. Agent and chain spans repeat the values of their children, so they are left out if any
 * other span of the trace reports the value; otherwise the total is the largest value that one of them reports. If two
 * instrumentations report one call, a span has an ancestor of the same kind, and only the lowest span with a value counts; a tool
 * or agent span between the two separates them into two calls.
 */
public sealed interface TraceSummary permits TraceSummaryValues {

    /** Returns the id of the trace. */
    UUID traceId();

    /** Returns the tenant that the trace belongs to. */
    UUID tenantId();

    /** Returns the creation of the trace: the earliest {@code created_at} of all its writes. */
    Instant createdAt();

    /**
     * Returns the operation name of the root: the earliest span without a parent, else the earliest span; null without spans.
     */
    @Nullable
    String name();

    /** Returns the name that the application gave the trace: that of the root, else of the earliest span that has one. */
    @Nullable
    String traceName();

    /** Returns the service of the root, else of the earliest span that has one; null if none has. */
    @Nullable
    String serviceName();

    /** Returns the session of the root, else of the earliest span that has one; null if none has. */
    @Nullable
    String sessionId();

    /** Returns the user of the root, else of the earliest span that has one; null if none has. */
    @Nullable
    String userId();

    /** Returns the earliest start of a span; null without spans. */
    @Nullable
    Instant startTime();

    /** Returns the latest end of a span, or start of a span without an end; null without spans. */
    @Nullable
    Instant endTime();

    /** Returns the time from {@link #startTime()} to {@link #endTime()} in milliseconds; null without spans. */
    @Nullable
    Long durationMs();

    /** Returns the names of the models: distinct, sorted. */
    List<String> models();

    /** Returns the names of the providers: distinct, sorted. */
    List<String> providers();

    /** Returns the number of spans. */
    long spanCount();

    /** Returns the number of calls of models: spans of kind llm, without those that have another one below them. */
    long llmCallCount();

    /** Returns the number of spans with status error. */
    long errorCount();

    /** Returns {@link SpanStatus#ERROR} if a span has that status, otherwise {@link SpanStatus#OK}. */
    SpanStatus status();

    /** Returns the input tokens of all calls; null if none reports them. */
    @Nullable
    Long promptTokens();

    /** Returns the output tokens of all calls; null if none reports them. */
    @Nullable
    Long completionTokens();

    /** Returns the input and output tokens of all calls; null if none reports them. */
    @Nullable
    Long totalTokens();

    /** Returns the cost of all calls in US dollars; null if none reports it. */
    @Nullable
    Double estimatedCostUsd();

    /** Returns the highest security score of a span; null if none has one. */
    @Nullable
    Integer securityScore();

    /** Returns the number of security findings. */
    long findingCount();

    /** Returns the {@link Preview} of the root's prompt, else of the earliest prompt; null if no span has one. */
    @Nullable
    String inputPreview();

    /**
     * Returns the {@link Preview} of the root's response, else of that of the latest span with one; null if no span has one.
     */
    @Nullable
    String outputPreview();

    /** Returns the summary of a whole trace. It defines the summaries that every backend must return. */
    static TraceSummary of(TraceEvent trace) {
        TraceSummarizer summarizer = new TraceSummarizer(trace.traceId(), trace.tenantId(), trace.createdAt());
        for (TraceSpan span : trace.spans()) {
            summarizer.add(span, SpanDigest.of(span));
        }
        return summarizer.summary();
    }
}
