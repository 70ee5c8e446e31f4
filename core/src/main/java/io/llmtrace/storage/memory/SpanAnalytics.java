package io.llmtrace.storage.memory;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.Ids;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.analytics.ActionCount;
import io.llmtrace.storage.analytics.FindingCount;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.Measures;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.analytics.SessionOrder;
import io.llmtrace.storage.analytics.SessionSummary;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.analytics.Timeline;
import io.llmtrace.storage.analytics.TraceTimeline;
import io.llmtrace.storage.analytics.ValueCount;
import io.llmtrace.storage.analytics.ValueMeasures;
import io.llmtrace.storage.spi.DurationCounts;
import io.llmtrace.storage.spi.MeasureSums;
import io.llmtrace.storage.spi.TextOrder;
import io.llmtrace.storage.spi.TimeScale;
import io.llmtrace.storage.spi.TimelineSums;
import io.llmtrace.storage.spi.TraceTimelineCounts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Analytics over spans in memory: the executable definition of {@link io.llmtrace.storage.analytics.TraceAnalytics}. */
final class SpanAnalytics {

    private static final Comparator<@Nullable String> VALUES = Comparator.nullsLast(TextOrder.UTF8);

    private static final Comparator<TraceSpan> OLDEST_FIRST = Comparator.comparing(TraceSpan::startTime)
            .thenComparing(TraceSpan::traceId, Ids.BYTE_ORDER)
            .thenComparing(TraceSpan::spanId, Ids.BYTE_ORDER);

    private static final Comparator<TraceEvent> OLDEST_TRACE_FIRST =
            Comparator.comparing(TraceEvent::createdAt).thenComparing(TraceEvent::traceId, Ids.BYTE_ORDER);

    private final TraceQuery query;
    private final List<TraceSpan> spans;

    /** Computes analytics over the spans that a query selects. */
    SpanAnalytics(TraceQuery query, Collection<TraceSpan> spans) {
        this.query = query;
        this.spans = List.copyOf(spans);
    }

    Timeline timeline(int buckets, @Nullable SpanField<?> groupBy, int groups) {
        Instant from = query.startTime() == null ? earliest() : query.startTime();
        Instant to = query.endTime() == null ? latest() : query.endTime();
        if (from == null || to == null) {
            return Timeline.builder(Measures.NONE).build();
        }
        List<@Nullable String> values = groupBy == null ? oneGroup() : largestGroups(groupBy, groups);
        TimelineSums sums = new TimelineSums(TimeScale.of(from, to, buckets), values);
        for (TraceSpan span : spans) {
            int group = values.indexOf(groupBy == null ? null : groupBy.textOf(span));
            sums.at(group < 0 ? values.size() : group, Times.toNanos(span.startTime()))
                    .add(span, query);
        }
        return sums.timeline();
    }

    /** Counts the traces that the query selects over time. */
    TraceTimeline timeline(List<TraceEvent> traces, int buckets) {
        Instant from = query.startTime() == null ? timeOf(traces, true) : query.startTime();
        Instant to = query.endTime() == null ? timeOf(traces, false) : query.endTime();
        if (from == null || to == null) {
            return TraceTimeline.builder().build();
        }
        TraceTimelineCounts counts = new TraceTimelineCounts(TimeScale.of(from, to, buckets));
        for (TraceEvent trace : traces) {
            Instant time = times(trace).min(Comparator.naturalOrder()).orElseThrow();
            boolean failed = trace.spans().stream().anyMatch(span -> span.status() == SpanStatus.ERROR);
            counts.add(Times.toNanos(time), 1, failed ? 1 : 0);
        }
        return counts.timeline();
    }

    private @Nullable Instant timeOf(List<TraceEvent> traces, boolean first) {
        Comparator<Instant> order = first ? Comparator.naturalOrder() : Comparator.reverseOrder();
        return traces.stream().flatMap(this::times).min(order).orElse(null);
    }

    /** Returns the starts of a trace's spans that the query selects, or the time of the trace if the query filters no spans. */
    private Stream<Instant> times(TraceEvent trace) {
        return query.filtersSpans()
                ? trace.spans().stream()
                        .filter(span -> query.matches(span, trace.spans()))
                        .map(TraceSpan::startTime)
                : Stream.of(trace.createdAt());
    }

    List<ValueMeasures> top(SpanField<?> groupBy, Measure order) {
        return byValue(groupBy).entrySet().stream()
                .map(entry -> new ValueMeasures(entry.getKey().orElse(null), measures(entry.getValue())))
                .sorted(Comparator.comparing(ValueMeasures::measures, order.largestFirst())
                        .thenComparing(ValueMeasures::value, VALUES))
                .limit(query.limit())
                .toList();
    }

    List<ValueCount> values(SpanField<?> field, String prefix) {
        return spans.stream()
                .flatMap(span -> field.textsOf(span).stream())
                .filter(value -> TextOrder.startsWith(value, prefix))
                .collect(Collectors.groupingBy(value -> value, Collectors.counting()))
                .entrySet()
                .stream()
                .map(entry -> new ValueCount(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingLong(ValueCount::count)
                        .reversed()
                        .thenComparing(ValueCount::value, TextOrder.UTF8))
                .limit(query.limit())
                .toList();
    }

    Slice<SessionSummary> sessions(SessionOrder order) {
        Map<String, List<TraceSpan>> bySession = new HashMap<>();
        for (TraceSpan span : spans) {
            if (span.sessionId() != null) {
                bySession
                        .computeIfAbsent(span.sessionId(), id -> new ArrayList<>())
                        .add(span);
            }
        }
        return slice(bySession.values().stream()
                .map(this::session)
                .sorted(order.largestFirst().thenComparing(SessionSummary::sessionId, TextOrder.UTF8)));
    }

    List<FindingCount> findings() {
        record Key(String type, Severity severity) {}
        Map<Key, List<TraceSpan>> ofFindings = new HashMap<>();
        for (TraceSpan span : spans) {
            for (SecurityFinding finding : span.securityFindings()) {
                ofFindings
                        .computeIfAbsent(new Key(finding.findingType(), finding.severity()), key -> new ArrayList<>())
                        .add(span);
            }
        }
        return ofFindings.entrySet().stream()
                .map(entry -> FindingCount.builder(
                                entry.getKey().type,
                                entry.getKey().severity,
                                entry.getValue().stream()
                                        .map(TraceSpan::startTime)
                                        .max(Comparator.naturalOrder())
                                        .orElseThrow())
                        .findings(entry.getValue().size())
                        .spans(distinct(entry.getValue()))
                        .build())
                .sorted(Comparator.comparing(FindingCount::severity)
                        .thenComparing(FindingCount::findings)
                        .reversed()
                        .thenComparing(FindingCount::findingType, TextOrder.UTF8))
                .limit(query.limit())
                .toList();
    }

    List<ActionCount> actions() {
        record Key(AgentActionType type, String name) {}
        record Taken(TraceSpan span, AgentAction action) {}
        Map<Key, List<Taken>> ofActions = new HashMap<>();
        for (TraceSpan span : spans) {
            for (AgentAction action : span.agentActions()) {
                ofActions
                        .computeIfAbsent(new Key(action.actionType(), action.name()), key -> new ArrayList<>())
                        .add(new Taken(span, action));
            }
        }
        return ofActions.entrySet().stream()
                .map(entry -> {
                    List<AgentAction> done = entry.getValue().stream()
                            .map(Taken::action)
                            .filter(action -> !action.onlyRequested())
                            .toList();
                    DurationCounts durations = new DurationCounts();
                    done.stream()
                            .map(AgentAction::durationMs)
                            .filter(Objects::nonNull)
                            .forEach(durations::add);
                    return ActionCount.builder(entry.getKey().type, entry.getKey().name)
                            .actions(done.size())
                            .requested(entry.getValue().size() - done.size())
                            .failures(done.stream()
                                    .filter(action -> !action.success())
                                    .count())
                            .spans(distinct(
                                    entry.getValue().stream().map(Taken::span).toList()))
                            .durationMs(durations.percentiles())
                            .build();
                })
                .sorted(Comparator.comparingLong(ActionCount::actions)
                        .thenComparingLong(ActionCount::requested)
                        .reversed()
                        .thenComparing(ActionCount::actionType)
                        .thenComparing(ActionCount::name, TextOrder.UTF8))
                .limit(query.limit())
                .toList();
    }

    Slice<TraceSpan> ranked(Ranking by) {
        Function<TraceSpan, @Nullable Long> metric = span -> switch (by) {
            case DURATION -> span.durationMs();
            case COST -> costNanos(span.estimatedCostUsd());
            case TOKENS -> span.totalTokens();
        };
        return slice(spans.stream().sorted(largestFirst(metric).thenComparing(OLDEST_FIRST.reversed())));
    }

    /** Ranks the traces that the query selects. */
    Slice<TraceSummary> ranked(Stream<TraceEvent> traces, Ranking by) {
        Function<TraceEvent, @Nullable Long> metric = trace -> switch (by) {
            case DURATION -> TraceSummary.of(trace).durationMs();
            case COST -> usage(trace, span -> costNanos(span.estimatedCostUsd()));
            case TOKENS -> usage(trace, TraceSpan::totalTokens);
        };
        return slice(traces.sorted(largestFirst(metric).thenComparing(OLDEST_TRACE_FIRST.reversed())))
                .map(TraceSummary::of);
    }

    private static @Nullable Long usage(TraceEvent trace, Function<TraceSpan, @Nullable Long> metric) {
        long ofCalls = MeasureSums.ABSENT;
        long ofParents = MeasureSums.ABSENT;
        for (TraceSpan span : trace.spans()) {
            Long value = metric.apply(span);
            if (value != null && span.kind().repeatsUsageOfChildren()) {
                ofParents = Math.max(ofParents, value);
            } else if (value != null) {
                ofCalls = MeasureSums.sum(ofCalls, value);
            }
        }
        long usage = ofCalls == MeasureSums.ABSENT ? ofParents : ofCalls;
        return usage == MeasureSums.ABSENT ? null : Long.valueOf(usage);
    }

    private static <T> Comparator<T> largestFirst(Function<T, @Nullable Long> metric) {
        return Comparator.comparing(
                metric, Comparator.nullsLast(Comparator.<Long>naturalOrder().reversed()));
    }

    private static @Nullable Long costNanos(@Nullable Double costUsd) {
        return costUsd == null ? null : Long.valueOf(MeasureSums.nanosOf(costUsd));
    }

    private SessionSummary session(List<TraceSpan> ofSession) {
        List<TraceSpan> oldestFirst = ofSession.stream().sorted(OLDEST_FIRST).toList();
        TraceSpan first = oldestFirst.get(0);
        return SessionSummary.builder(
                        Objects.requireNonNull(first.sessionId()),
                        first.startTime(),
                        oldestFirst.get(oldestFirst.size() - 1).startTime(),
                        measures(ofSession))
                .userId(oldestFirst.stream()
                        .map(TraceSpan::userId)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null))
                .traces(ofSession.stream().map(TraceSpan::traceId).distinct().count())
                .build();
    }

    private Measures measures(List<TraceSpan> of) {
        MeasureSums sums = new MeasureSums();
        of.forEach(span -> sums.add(span, query));
        return sums.measures();
    }

    private Map<Optional<String>, List<TraceSpan>> byValue(SpanField<?> field) {
        return spans.stream().collect(Collectors.groupingBy(span -> Optional.ofNullable(field.textOf(span))));
    }

    private List<@Nullable String> largestGroups(SpanField<?> field, int count) {
        Comparator<Map.Entry<Optional<String>, List<TraceSpan>>> mostSpansFirst =
                Comparator.comparing(entry -> -entry.getValue().size());
        List<@Nullable String> values = new ArrayList<>();
        byValue(field).entrySet().stream()
                .sorted(mostSpansFirst.thenComparing(entry -> entry.getKey().orElse(null), VALUES))
                .limit(count)
                .forEach(entry -> values.add(entry.getKey().orElse(null)));
        return values;
    }

    private static List<@Nullable String> oneGroup() {
        List<@Nullable String> values = new ArrayList<>();
        values.add(null);
        return values;
    }

    private <T> Slice<T> slice(Stream<T> ordered) {
        List<T> found = ordered.skip(query.offset()).limit(query.limit() + 1L).toList();
        return Slice.of(found, query.offset(), query.limit());
    }

    private @Nullable Instant earliest() {
        return spans.stream()
                .map(TraceSpan::startTime)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    private @Nullable Instant latest() {
        return spans.stream()
                .map(TraceSpan::startTime)
                .max(Comparator.naturalOrder())
                .orElse(null);
    }

    private static long distinct(List<TraceSpan> of) {
        record Identity(Object traceId, Object spanId) {}
        return of.stream()
                .map(span -> new Identity(span.traceId(), span.spanId()))
                .distinct()
                .count();
    }
}
