package io.llmtrace.storage;

import io.llmtrace.model.Ids;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One line of a list of traces.
 *
 * <p>Tokens and cost count each call once: agent and chain spans repeat what their children report, so they are left out
 * as long as any other span of the trace reports the figure; where none does, it is the largest that one of them reports.
 *
 * @param name of the root: the earliest span without a parent, else the earliest span; null without spans
 * @param serviceName of the root, else of the earliest span that has one; likewise the session and the user
 * @param startTime the earliest start of a span; null without spans
 * @param endTime the latest end of a span, or start of one that has no end; null without spans
 * @param durationMs from {@code startTime} to {@code endTime}
 * @param models distinct, sorted
 * @param providers distinct, sorted
 * @param llmCallCount spans of kind llm
 * @param errorCount spans with status error
 * @param securityScore the highest of a span; null if none has one
 * @param inputPreview of the root's prompt, else of the earliest span's that has one, see {@link Preview}
 * @param outputPreview of the root's response, else of the latest span's that has one
 */
public record TraceSummary(
        UUID traceId,
        UUID tenantId,
        Instant createdAt,
        @Nullable String name,
        @Nullable String serviceName,
        @Nullable String sessionId,
        @Nullable String userId,
        @Nullable Instant startTime,
        @Nullable Instant endTime,
        @Nullable Long durationMs,
        List<String> models,
        List<String> providers,
        long spanCount,
        long llmCallCount,
        long errorCount,
        SpanStatus status,
        @Nullable Long promptTokens,
        @Nullable Long completionTokens,
        @Nullable Long totalTokens,
        @Nullable Double estimatedCostUsd,
        @Nullable Integer securityScore,
        long findingCount,
        @Nullable String inputPreview,
        @Nullable String outputPreview) {

    /** The definition of a summary: what every backend's must equal. */
    public static TraceSummary of(TraceEvent trace) {
        Accumulator accumulator = new Accumulator(trace.traceId(), trace.tenantId(), trace.createdAt());
        for (TraceSpan span : trace.spans()) {
            accumulator.add(SpanFacts.of(span));
        }
        return accumulator.summary();
    }

    /** What a summary needs of one span: all of it narrow, so that a backend need not read prompts. */
    public record SpanFacts(
            UUID spanId,
            @Nullable UUID parentSpanId,
            String operationName,
            SpanKind kind,
            Instant startTime,
            @Nullable Instant endTime,
            @Nullable String provider,
            @Nullable String modelName,
            @Nullable String serviceName,
            @Nullable String sessionId,
            @Nullable String userId,
            boolean error,
            @Nullable Long promptTokens,
            @Nullable Long completionTokens,
            @Nullable Long totalTokens,
            @Nullable Double estimatedCostUsd,
            @Nullable Integer securityScore,
            int findingCount,
            @Nullable String inputPreview,
            @Nullable String outputPreview) {

        public static SpanFacts of(TraceSpan span) {
            LlmProvider provider = span.provider();
            return new SpanFacts(
                    span.spanId(),
                    span.parentSpanId(),
                    span.operationName(),
                    span.kind(),
                    span.startTime(),
                    span.endTime(),
                    provider == null ? null : provider.name(),
                    span.modelName(),
                    span.serviceName(),
                    span.sessionId(),
                    span.userId(),
                    span.status() == SpanStatus.ERROR,
                    span.promptTokens(),
                    span.completionTokens(),
                    span.totalTokens(),
                    span.estimatedCostUsd(),
                    span.securityScore(),
                    span.securityFindings().size(),
                    Preview.ofPrompt(span.prompt()),
                    Preview.ofResponse(span.response()));
        }
    }

    /** Builds the summary of one trace from its spans, which must come in the order of start and span id. */
    public static final class Accumulator {
        private final UUID traceId;
        private final UUID tenantId;
        private final Instant createdAt;
        private @Nullable SpanFacts root;
        private @Nullable SpanFacts last;
        private @Nullable String serviceName;
        private @Nullable String sessionId;
        private @Nullable String userId;
        private @Nullable Instant startTime;
        private @Nullable Instant endTime;
        private final TreeSet<String> models = new TreeSet<>();
        private final TreeSet<String> providers = new TreeSet<>();
        private long spanCount;
        private long llmCallCount;
        private long errorCount;
        private final UsageSum promptTokens = new UsageSum();
        private final UsageSum completionTokens = new UsageSum();
        private final UsageSum totalTokens = new UsageSum();
        private final CostSum cost = new CostSum();
        private @Nullable Integer securityScore;
        private long findingCount;
        private @Nullable String inputPreview;
        private @Nullable String outputPreview;

        public Accumulator(UUID traceId, UUID tenantId, Instant createdAt) {
            this.traceId = Objects.requireNonNull(traceId, "traceId");
            this.tenantId = Objects.requireNonNull(tenantId, "tenantId");
            this.createdAt = Objects.requireNonNull(createdAt, "createdAt");
        }

        /** @throws IllegalArgumentException if the span comes before one that was added */
        public void add(SpanFacts span) {
            requireOrder(span);
            last = span;
            spanCount++;
            if (root == null || (root.parentSpanId() != null && span.parentSpanId() == null)) {
                root = span;
            }
            startTime = startTime == null ? span.startTime() : startTime;
            Instant end = span.endTime() == null ? span.startTime() : span.endTime();
            endTime = endTime == null || end.isAfter(endTime) ? end : endTime;
            serviceName = serviceName == null ? span.serviceName() : serviceName;
            sessionId = sessionId == null ? span.sessionId() : sessionId;
            userId = userId == null ? span.userId() : userId;
            if (span.modelName() != null) {
                models.add(span.modelName());
            }
            if (span.provider() != null) {
                providers.add(span.provider());
            }
            llmCallCount += span.kind() == SpanKind.LLM ? 1 : 0;
            errorCount += span.error() ? 1 : 0;
            promptTokens.add(span.kind(), span.promptTokens());
            completionTokens.add(span.kind(), span.completionTokens());
            totalTokens.add(span.kind(), span.totalTokens());
            cost.add(span.kind(), span.estimatedCostUsd());
            if (span.securityScore() != null && (securityScore == null || span.securityScore() > securityScore)) {
                securityScore = span.securityScore();
            }
            findingCount += span.findingCount();
            inputPreview = inputPreview == null ? span.inputPreview() : inputPreview;
            outputPreview = span.outputPreview() == null ? outputPreview : span.outputPreview();
        }

        public TraceSummary summary() {
            SpanFacts top = root;
            Long durationMs = startTime == null || endTime == null
                    ? null
                    : Long.valueOf(Duration.between(startTime, endTime).toMillis());
            return new TraceSummary(
                    traceId,
                    tenantId,
                    createdAt,
                    top == null ? null : top.operationName(),
                    top == null || top.serviceName() == null ? serviceName : top.serviceName(),
                    top == null || top.sessionId() == null ? sessionId : top.sessionId(),
                    top == null || top.userId() == null ? userId : top.userId(),
                    startTime,
                    endTime,
                    durationMs,
                    List.copyOf(models),
                    List.copyOf(providers),
                    spanCount,
                    llmCallCount,
                    errorCount,
                    errorCount > 0 ? SpanStatus.ERROR : SpanStatus.OK,
                    promptTokens.value(),
                    completionTokens.value(),
                    totalTokens.value(),
                    cost.value(),
                    securityScore,
                    findingCount,
                    top == null || top.inputPreview() == null ? inputPreview : top.inputPreview(),
                    top == null || top.outputPreview() == null ? outputPreview : top.outputPreview());
        }

        private void requireOrder(SpanFacts span) {
            SpanFacts before = last;
            if (before == null) {
                return;
            }
            int order = before.startTime().compareTo(span.startTime());
            if (order > 0 || (order == 0 && Ids.BYTE_ORDER.compare(before.spanId(), span.spanId()) >= 0)) {
                throw new IllegalArgumentException("span out of order: " + Ids.formatSpanId(span.spanId()));
            }
        }
    }

    /** Sums what calls report, and keeps the largest that a span standing for its children reports. */
    private static final class UsageSum {
        private @Nullable Long ofCalls;
        private @Nullable Long ofParents;

        void add(SpanKind kind, @Nullable Long value) {
            if (value == null) {
                return;
            }
            if (kind.repeatsUsageOfChildren()) {
                ofParents = ofParents == null ? value : Long.valueOf(Math.max(ofParents, value));
            } else {
                ofCalls = ofCalls == null ? value : saturatedSum(ofCalls, value);
            }
        }

        @Nullable
        Long value() {
            return ofCalls != null ? ofCalls : ofParents;
        }

        private static Long saturatedSum(long a, long b) {
            long sum = a + b;
            return sum < 0 ? Long.MAX_VALUE : sum;
        }
    }

    /** As {@link UsageSum}, for US dollars. */
    private static final class CostSum {
        private @Nullable Double ofCalls;
        private @Nullable Double ofParents;

        void add(SpanKind kind, @Nullable Double value) {
            if (value == null) {
                return;
            }
            if (kind.repeatsUsageOfChildren()) {
                ofParents = ofParents == null ? value : Double.valueOf(Math.max(ofParents, value));
            } else {
                ofCalls = ofCalls == null ? value : Double.valueOf(ofCalls + value);
            }
        }

        @Nullable
        Double value() {
            return ofCalls != null ? ofCalls : ofParents;
        }
    }
}
