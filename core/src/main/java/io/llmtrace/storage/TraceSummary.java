package io.llmtrace.storage;

import io.llmtrace.model.Ids;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One line of a list of traces.
 *
 * <p>Tokens and cost count each call once: agent and chain spans repeat what their children report, so they are left out
 * as long as any other span of the trace reports the figure; where none does, it is the largest that one of them reports.
 * Where two instrumentations report one call, the spans of the same kind stand below each other, and the lowest that reports
 * the figure counts; a tool or an agent between them makes them two calls.
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
        private final List<Reported> reports = new ArrayList<>();
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
            reports.add(Reported.of(span));
            if (span.securityScore() != null && (securityScore == null || span.securityScore() > securityScore)) {
                securityScore = span.securityScore();
            }
            findingCount += span.findingCount();
            inputPreview = inputPreview == null ? span.inputPreview() : inputPreview;
            outputPreview = span.outputPreview() == null ? outputPreview : span.outputPreview();
        }

        public TraceSummary summary() {
            SpanFacts top = root;
            Calls calls = new Calls(reports);
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
                    calls.sum(Reported::promptTokens),
                    calls.sum(Reported::completionTokens),
                    calls.sum(Reported::totalTokens),
                    calls.cost(),
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

    /** What one span reports, and where it stands. */
    private record Reported(
            UUID spanId,
            @Nullable UUID parentSpanId,
            SpanKind kind,
            @Nullable Long promptTokens,
            @Nullable Long completionTokens,
            @Nullable Long totalTokens,
            @Nullable Double cost) {

        static Reported of(SpanFacts span) {
            return new Reported(
                    span.spanId(),
                    span.parentSpanId(),
                    span.kind(),
                    span.promptTokens(),
                    span.completionTokens(),
                    span.totalTokens(),
                    span.estimatedCostUsd());
        }
    }

    /** Sums what calls report; the largest that a span standing for its children reports, where no call reports anything. */
    private static final class Calls {
        private final List<Reported> spans;
        private final Map<UUID, Integer> places = new HashMap<>();

        Calls(List<Reported> spans) {
            this.spans = spans;
            for (int i = 0; i < spans.size(); i++) {
                places.put(spans.get(i).spanId(), i);
            }
        }

        @Nullable
        Long sum(Function<Reported, @Nullable Long> figure) {
            Long ofCalls = null;
            Long ofParents = null;
            BitSet repeating = repeating(figure);
            for (int i = 0; i < spans.size(); i++) {
                Long value = figure.apply(spans.get(i));
                if (value == null || repeating.get(i)) {
                    continue;
                }
                if (spans.get(i).kind().repeatsUsageOfChildren()) {
                    ofParents = ofParents == null ? value : Long.valueOf(Math.max(ofParents, value));
                } else {
                    ofCalls = ofCalls == null ? value : saturatedSum(ofCalls, value);
                }
            }
            return ofCalls != null ? ofCalls : ofParents;
        }

        /** US dollars. */
        @Nullable
        Double cost() {
            Double ofCalls = null;
            Double ofParents = null;
            BitSet repeating = repeating(Reported::cost);
            for (int i = 0; i < spans.size(); i++) {
                Double value = spans.get(i).cost();
                if (value == null || repeating.get(i)) {
                    continue;
                }
                if (spans.get(i).kind().repeatsUsageOfChildren()) {
                    ofParents = ofParents == null ? value : Double.valueOf(Math.max(ofParents, value));
                } else {
                    ofCalls = ofCalls == null ? value : Double.valueOf(ofCalls + value);
                }
            }
            return ofCalls != null ? ofCalls : ofParents;
        }

        /**
         * The spans that have one of their own kind below them which reports the figure. From each that does, it goes up
         * until a place where another of the kind has passed: each place is passed once for each kind, also in a circle.
         */
        private BitSet repeating(Function<Reported, ? extends @Nullable Object> figure) {
            BitSet repeating = new BitSet();
            EnumMap<SpanKind, BitSet> passed = new EnumMap<>(SpanKind.class);
            for (Reported span : spans) {
                if (span.kind().repeatsUsageOfChildren() || figure.apply(span) == null) {
                    continue;
                }
                BitSet passedByKind = passed.computeIfAbsent(span.kind(), kind -> new BitSet());
                Integer place = above(span);
                while (place != null && !passedByKind.get(place) && !isBoundary(spans.get(place))) {
                    passedByKind.set(place);
                    if (spans.get(place).kind() == span.kind()) {
                        repeating.set(place);
                    }
                    place = above(spans.get(place));
                }
            }
            return repeating;
        }

        private @Nullable Integer above(Reported span) {
            return span.parentSpanId() == null ? null : places.get(span.parentSpanId());
        }

        private static boolean isBoundary(Reported span) {
            return span.kind() == SpanKind.TOOL || span.kind() == SpanKind.AGENT;
        }

        private static Long saturatedSum(long a, long b) {
            long sum = a + b;
            return sum < 0 ? Long.MAX_VALUE : sum;
        }
    }
}
