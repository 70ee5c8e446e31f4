package io.llmtrace.storage;

import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceSpan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Builds the summary of one trace from its spans. The spans need only the {@link SpanField#isSummarized() summarized} fields,
 * and a digest of their large values. Not thread-safe.
 */
public final class TraceSummarizer {

    private static final List<SpanField<?>> FIELDS =
            SpanField.properties().stream().filter(SpanField::isSummarized).toList();

    private final UUID traceId;
    private final UUID tenantId;
    private final Instant createdAt;
    private @Nullable TraceSpan root;
    private @Nullable SpanDigest rootDigest;
    private @Nullable TraceSpan last;
    private @Nullable String traceName;
    private @Nullable String serviceName;
    private @Nullable String sessionId;
    private @Nullable String userId;
    private @Nullable Instant startTime;
    private @Nullable Instant endTime;
    private final TreeSet<String> models = new TreeSet<>();
    private final TreeSet<String> providers = new TreeSet<>();
    private long spanCount;
    private long errorCount;
    private final CallTotals totals = new CallTotals();
    private @Nullable Integer securityScore;
    private long findingCount;
    private @Nullable String inputPreview;
    private @Nullable String outputPreview;

    /** Returns the fields that summaries are computed from, in the order of the JSON members of a span. */
    public static List<SpanField<?>> fields() {
        return FIELDS;
    }

    /** Starts the summary of a trace without spans. */
    public TraceSummarizer(UUID traceId, UUID tenantId, Instant createdAt) {
        this.traceId = Objects.requireNonNull(traceId, "traceId");
        this.tenantId = Objects.requireNonNull(tenantId, "tenantId");
        this.createdAt = Objects.requireNonNull(createdAt, "createdAt");
    }

    /**
     * Adds the next span in the order of start and span id.
     *
     * @param span a span with the {@link #fields() summarized fields} at least
     * @param digest the digest of the whole span
     * @throws IllegalArgumentException if the span is not after all spans that were added before
     */
    public void add(TraceSpan span, SpanDigest digest) {
        requireOrder(span);
        last = span;
        spanCount++;
        if (root == null || (root.parentSpanId() != null && span.parentSpanId() == null)) {
            root = span;
            rootDigest = digest;
        }
        startTime = startTime == null ? span.startTime() : startTime;
        Instant end = span.endTime() == null ? span.startTime() : span.endTime();
        endTime = endTime == null || end.isAfter(endTime) ? end : endTime;
        traceName = traceName == null ? span.traceName() : traceName;
        serviceName = serviceName == null ? span.serviceName() : serviceName;
        sessionId = sessionId == null ? span.sessionId() : sessionId;
        userId = userId == null ? span.userId() : userId;
        if (span.modelName() != null) {
            models.add(span.modelName());
        }
        if (span.provider() != null) {
            providers.add(span.provider().name());
        }
        errorCount += digest.status() == SpanStatus.ERROR ? 1 : 0;
        totals.add(span);
        if (span.securityScore() != null && (securityScore == null || span.securityScore() > securityScore)) {
            securityScore = span.securityScore();
        }
        findingCount += digest.findingCount();
        inputPreview = inputPreview == null ? digest.inputPreview() : inputPreview;
        outputPreview = digest.outputPreview() == null ? outputPreview : digest.outputPreview();
    }

    /** Returns the summary of the spans that were added. */
    public TraceSummary summary() {
        TraceSpan top = root;
        SpanDigest topDigest = rootDigest;
        Long durationMs = startTime == null || endTime == null
                ? null
                : Long.valueOf(Duration.between(startTime, endTime).toMillis());
        return new TraceSummaryValues(
                traceId,
                tenantId,
                createdAt,
                top == null ? null : top.operationName(),
                top == null || top.traceName() == null ? traceName : top.traceName(),
                top == null || top.serviceName() == null ? serviceName : top.serviceName(),
                top == null || top.sessionId() == null ? sessionId : top.sessionId(),
                top == null || top.userId() == null ? userId : top.userId(),
                startTime,
                endTime,
                durationMs,
                List.copyOf(models),
                List.copyOf(providers),
                spanCount,
                totals.llmCalls(),
                errorCount,
                errorCount > 0 ? SpanStatus.ERROR : SpanStatus.OK,
                totals.sum(TraceSpan::promptTokens),
                totals.sum(TraceSpan::completionTokens),
                totals.sum(TraceSpan::totalTokens),
                totals.cost(),
                securityScore,
                findingCount,
                topDigest == null || topDigest.inputPreview() == null ? inputPreview : topDigest.inputPreview(),
                topDigest == null || topDigest.outputPreview() == null ? outputPreview : topDigest.outputPreview());
    }

    private void requireOrder(TraceSpan span) {
        TraceSpan before = last;
        if (before == null) {
            return;
        }
        int order = before.startTime().compareTo(span.startTime());
        if (order > 0 || (order == 0 && Ids.BYTE_ORDER.compare(before.spanId(), span.spanId()) >= 0)) {
            throw new IllegalArgumentException("span out of order: " + Ids.formatSpanId(span.spanId()));
        }
    }
}
