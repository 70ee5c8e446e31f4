package io.llmtrace.testkit;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.ActionCount;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.analytics.TraceTimeline;
import io.llmtrace.storage.analytics.ValueCount;
import io.llmtrace.storage.analytics.ValueMeasures;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/** Repositories like {@link Mutants}, with faults in the aggregates. */
final class AnalyticsMutants {

    private AnalyticsMutants() {}

    /** Counts former versions of spans, like an engine before a merge. */
    static final class CountsFormerVersions extends Mutant {
        private final InMemoryTraceRepository former = new InMemoryTraceRepository();

        @Override
        public void storeSpans(Collection<TraceSpan> spans) {
            for (TraceSpan span : List.copyOf(spans)) {
                right.getSpan(span.tenantId(), span.traceId(), span.spanId())
                        .ifPresent(before -> former.storeSpan(
                                before.toBuilder().spanId(UUID.randomUUID()).build()));
            }
            right.storeSpans(spans);
        }

        @Override
        public void storeSpan(TraceSpan span) {
            storeSpans(List.of(span));
        }

        @Override
        public List<ValueCount> values(TraceQuery query, SpanField<?> field, String prefix) {
            List<ValueCount> values = new ArrayList<>(right.values(query, field, prefix));
            values.addAll(former.values(query, field, prefix));
            return values;
        }
    }

    /** Counts the tokens of agents in addition to those of their calls. */
    static final class SumsRepeatedUsage extends Mutant {
        @Override
        public void storeSpans(Collection<TraceSpan> spans) {
            right.storeSpans(spans.stream()
                    .map(span -> span.kind() == SpanKind.AGENT
                            ? span.toBuilder().kind(SpanKind.OTHER).build()
                            : span)
                    .toList());
        }
    }

    static final class TiesByUtf16 extends Mutant {
        @Override
        public List<ValueMeasures> top(TraceQuery query, SpanField<?> groupBy, Measure order) {
            return right.top(query, groupBy, order).stream()
                    .sorted(Comparator.comparing(ValueMeasures::measures, order.largestFirst())
                            .thenComparing(
                                    ValueMeasures::value, Comparator.nullsLast(Comparator.<String>naturalOrder())))
                    .toList();
        }
    }

    /** Counts a model's request for a tool as a call: each tool seems to run twice and to fail half as often. */
    static final class CountsRequestsAsDone extends Mutant {
        @Override
        public List<ActionCount> actions(TraceQuery query) {
            return right.actions(query).stream()
                    .map(count -> count.toBuilder()
                            .actions(count.actions() + count.requested())
                            .build())
                    .toList();
        }
    }

    /** Counts the traces of a list by their creation, where a span before the list's times may be. */
    static final class CountsTracesByCreation extends Mutant {
        @Override
        public TraceTimeline traceTimeline(TraceQuery query, int buckets) {
            TraceTimeline timeline = right.traceTimeline(query, buckets);
            Instant start = timeline.start();
            if (start == null || timeline.traces() == 0) {
                return timeline;
            }
            return TraceTimeline.builder()
                    .start(start)
                    .end(timeline.end())
                    .bucketMs(timeline.bucketMs())
                    .buckets(List.of(TraceTimeline.Bucket.of(start, timeline.traces(), timeline.errors())))
                    .build();
        }
    }

    static final class OffsetIgnored extends Mutant {
        @Override
        public Slice<SpanOutline> rankedSpans(TraceQuery query, Ranking by) {
            Slice<SpanOutline> first = right.rankedSpans(
                    query.offset() <= 10_000 ? query.toBuilder().offset(0).build() : query, by);
            return new Slice<>(first.items(), right.rankedSpans(query, by).nextOffset());
        }
    }
}
