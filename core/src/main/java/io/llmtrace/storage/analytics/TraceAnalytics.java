package io.llmtrace.storage.analytics;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.NotSupportedException;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceSummary;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Analytics over the spans of a tenant, an optional capability of a {@link TraceRepository}. Every backend fulfils this contract in
 * full; {@code storage-testkit} proves it.
 *
 * <ol>
 *   <li><b>Selection.</b> A call aggregates the spans that pass the query's filters, as {@link TraceQuery#matches(TraceSpan)}
 *       defines. The repository's contract on identity, tenants, deletes and errors applies: a span that was written again counts
 *       once, with its latest values, before and after the engine compacts.
 *   <li><b>Exactness.</b> Counts, sums and percentiles are those of all these spans, never of a sample. If they take more memory
 *       or time than the store allows, the call throws {@link io.llmtrace.storage.OverloadedException}, and the caller may narrow
 *       the query.
 *   <li><b>Tokens and cost</b> count each call once. Agent and chain spans repeat the values of their children and do not count,
 *       unless the query filters by a {@link TraceQuery#kind()}; then all selected spans count. A trace in which only agent and
 *       chain spans report a value adds nothing to its sum.
 *   <li><b>Cost</b> is summed in whole nano-dollars, {@code floor(cost × 10⁹ + 0.5)} of each span, so that the order of addition
 *       does not matter. A sum of cost or tokens beyond 64 bits is {@link Long#MAX_VALUE}.
 *   <li><b>Percentiles</b> are nearest-rank: the p-th percentile of n durations in ascending order is the one with the rank
 *       {@code ceil(p × n)}, counted from 1.
 *   <li><b>Order.</b> Ties are ordered by the UTF-8 bytes of the values; spans without a value are last.
 *   <li><b>Paging.</b> Lists have at most {@link TraceQuery#limit()} items. A cursor is refused, and so is an offset unless the
 *       result is a {@link Slice}. Offsets count in the order at the time of the call, so items may shift between pages while
 *       others write.
 * </ol>
 *
 * <p>A null argument causes a {@link NullPointerException} and an illegal one an {@link IllegalArgumentException}, both before any
 * work. All methods block and are thread-safe.
 */
public interface TraceAnalytics {

    /** The smallest limit on the number of buckets: the widest buckets cover all storable times with this many. */
    int MIN_BUCKETS = 4;

    /** The most buckets of a timeline. */
    int MAX_BUCKETS = 1_000;

    /** The most groups of a timeline, in addition to the rest. */
    int MAX_GROUPS = 50;

    /** The largest offset of a list. */
    int MAX_OFFSET = 10_000;

    /** The number up to which a list counts its traces, unless it is asked for more. */
    long DEFAULT_COUNT = 10_000;

    /** The largest number up to which traces are counted: more than a store can hold. */
    long MAX_COUNT = 1_000_000_000_000L;

    /**
     * Returns the analytics of a repository, which is the repository itself.
     *
     * @throws NotSupportedException if the repository does not implement this interface
     */
    static TraceAnalytics of(TraceRepository repository) {
        if (repository instanceof TraceAnalytics analytics) {
            return analytics;
        }
        throw new NotSupportedException(repository + " has no analytics: its class does not implement TraceAnalytics");
    }

    /**
     * Returns the measures of the spans over time, from the query's start time to its end time. Where the query has no start or
     * end time, the earliest or latest start of the selected spans takes its place.
     *
     * @param buckets the most buckets, in [{@value #MIN_BUCKETS}, {@value #MAX_BUCKETS}]; their width is a round duration, such
     *     as 5 minutes
     * @param groupBy a field that is not multi-valued, or null for a single group
     * @param groups the most groups, in [1, {@value #MAX_GROUPS}]: those with the most spans. Spans with other values are in one
     *     further group
     */
    Timeline timeline(TraceQuery query, int buckets, @Nullable SpanField<?> groupBy, int groups);

    /**
     * Returns the values of a field with the measures of their spans, the largest first.
     *
     * @param groupBy a field that is not multi-valued
     * @param order the measure to order by
     */
    List<ValueMeasures> top(TraceQuery query, SpanField<?> groupBy, Measure order);

    /**
     * Returns the values of a field with the number of spans that have each, the most frequent first, as suggestions for a filter.
     *
     * @param prefix the beginning of the values, ignoring the case of A to Z; empty for all
     */
    List<ValueCount> values(TraceQuery query, SpanField<?> field, String prefix);

    /**
     * Returns the sessions of the spans, the largest first, from the query's offset on. Spans without a session are skipped.
     */
    Slice<SessionSummary> sessions(TraceQuery query, SessionOrder order);

    /** Returns the counts of the spans' security findings: the most severe first, then the most frequent, then by type. */
    List<FindingCount> findings(TraceQuery query);

    /**
     * Returns the counts of the spans' agent actions. Executed actions and those that a model only requested
     * ({@link io.llmtrace.model.AgentAction#onlyRequested}) are counted separately, since most calls are reported twice: by the
     * span that requests the call, and by that of the tool. The order is descending by executed actions and then by requests,
     * then ascending by type and name.
     */
    List<ActionCount> actions(TraceQuery query);

    /**
     * Returns the traces that {@link TraceRepository#queryTraceSummaries} selects, descending by a metric of the whole trace, from
     * the query's offset on. Traces without a value are last, and ties are in {@link io.llmtrace.storage.Order#NEWEST_FIRST}.
     *
     * <p>The duration is that of the summary. Tokens and cost are the sums over all spans except agents and chains, or else the
     * largest value of an agent or chain span. Unlike in the summary, a call that two instrumentations report counts twice.
     */
    Slice<TraceSummary> rankedTraces(TraceQuery query, Ranking by);

    /** Returns the spans that {@link TraceRepository#querySpanOutlines} selects, ranked like {@link #rankedTraces}. */
    Slice<SpanOutline> rankedSpans(TraceQuery query, Ranking by);

    /**
     * Returns how many traces {@link TraceRepository#queryTraceSummaries} selects on all pages together.
     *
     * @param upTo where the count ends, in [1, {@value #MAX_COUNT}]; up to this number it is exact
     */
    TraceCount countTraces(TraceQuery query, long upTo);

    /** Returns how many spans {@link TraceRepository#querySpans} selects on all pages together, like {@link #countTraces}. */
    SpanCount countSpans(TraceQuery query, long upTo);

    /**
     * Returns how many of the traces that {@link TraceRepository#queryTraceSummaries} selects there are over time. Each counts once:
     * at the start of its earliest span that passes the query's filters, so that it is among the traces that the query selects
     * within the times of its bucket; or, if the query filters no spans, at its {@code created_at}. The times are those of
     * {@link #timeline}, or reach from the first trace to the last.
     *
     * @param buckets the most buckets, as in {@link #timeline}
     */
    TraceTimeline traceTimeline(TraceQuery query, int buckets);
}
