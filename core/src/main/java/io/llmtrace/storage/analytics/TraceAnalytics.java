package io.llmtrace.storage.analytics;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.NotSupportedException;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceSummary;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Figures about the spans of a tenant, beside {@link TraceRepository}. Every backend fulfils this contract in full;
 * {@code storage-testkit} proves it.
 *
 * <ol>
 *   <li><b>What counts</b> are the spans that pass the query's filters, as {@link TraceQuery#matches(TraceSpan)} defines. What
 *       the repository's contract says of identity, tenants, deletes and errors holds here, too: a span that was written
 *       again counts once, as it was written last, before and after the engine compacts.
 *   <li><b>Exact.</b> Counts, sums and percentiles are those of all these spans, never of a sample. Where that would take
 *       more memory or time than the store allows, the call throws
 *       {@link io.llmtrace.storage.OverloadedException}: narrow the query.
 *   <li><b>Tokens and cost</b> count each call once: agent and chain spans repeat what their children report, so theirs are
 *       left out, unless the query asks for a {@link TraceQuery#kind()}; then they are what the spans report. A trace in which
 *       nothing but agents and chains reports has no part in these sums.
 *   <li><b>Cost</b> is summed in whole nano-dollars, so that the order of addition plays no part: of each span
 *       {@code floor(cost × 10⁹ + 0.5)}. A sum beyond 64 bits, of tokens as well, is {@link Long#MAX_VALUE}.
 *   <li><b>Percentiles</b> are nearest-rank: of n durations in ascending order the one at place {@code ceil(p × n)}, counted
 *       from 1.
 *   <li><b>Order</b> of values among equals is that of their UTF-8 bytes; spans without a value come last.
 *   <li><b>Paging.</b> Lists hold at most {@link TraceQuery#limit()} items. A cursor is refused, and so is an offset where there
 *       are no pages. Offsets count in the order of the moment, and so may shift while others write.
 * </ol>
 *
 * <p>A null argument is a {@link NullPointerException}, a wrong one an {@link IllegalArgumentException}, both before any work.
 * All methods block, and are safe to call from many threads.
 */
public interface TraceAnalytics {

    /** Fewer buckets than this cannot hold every range of times. */
    int MIN_BUCKETS = 4;

    int MAX_BUCKETS = 1_000;

    /** Of groups in a timeline, beside the rest. */
    int MAX_GROUPS = 50;

    int MAX_OFFSET = 10_000;

    /**
     * The analytics of a repository: itself, when its class implements this interface, too.
     *
     * @throws NotSupportedException if it does not
     */
    static TraceAnalytics of(TraceRepository repository) {
        if (repository instanceof TraceAnalytics analytics) {
            return analytics;
        }
        throw new NotSupportedException(repository + " has no analytics: its class does not implement TraceAnalytics");
    }

    /**
     * What happened when. From the query's start time to its end time; an end that is left out is that of the spans found.
     *
     * @param buckets how many at most, in [{@value #MIN_BUCKETS}, {@value #MAX_BUCKETS}]; their width is a natural one
     * @param groupBy a field of a single value, or null for one group of all
     * @param groups how many at most, in [1, {@value #MAX_GROUPS}]: those with the most spans; what has another value is one group
     *     more
     */
    Timeline timeline(TraceQuery query, int buckets, @Nullable SpanField groupBy, int groups);

    /**
     * The values of a field with what their spans did, largest first.
     *
     * @param groupBy a field of a single value
     */
    List<ValueMeasures> top(TraceQuery query, SpanField groupBy, Measure order);

    /**
     * The values of a field, with how many spans have each, most first: what to offer for a filter.
     *
     * @param prefix of the values, without regard to the case of A to Z; empty for all
     */
    List<ValueCount> values(TraceQuery query, SpanField field, String prefix);

    /** The sessions of the spans, largest first. Spans without a session have no part. The offset counts. */
    Slice<SessionSummary> sessions(TraceQuery query, SessionOrder order);

    /** Security findings of the spans: most severe first, then by how many there are, then by type. */
    List<FindingCount> findings(TraceQuery query);

    /**
     * Actions of agents in the spans. What was done is counted apart from what a model only asked for
     * ({@link io.llmtrace.model.AgentAction#onlyRequested}): a call is mostly reported twice, by the span that asks for it and by
     * that of the tool. Ordered by how many were done, then by how many were asked for, both most first; then by type and name.
     */
    List<ActionCount> actions(TraceQuery query);

    /**
     * The traces that {@link TraceRepository#queryTraceSummaries} gives, by a figure of the whole trace, largest first; those
     * without it last. Its duration is that of its summary; its tokens and cost are what its spans other than agents and chains
     * report, or else the most that one of these does. (A call that two instrumentations report counts twice here, and once in
     * the summary.) Ties are in the order of {@link io.llmtrace.storage.Order#NEWEST_FIRST}. The offset counts.
     */
    Slice<TraceSummary> rankedTraces(TraceQuery query, Ranking by);

    /** The spans that {@link TraceRepository#querySpanOutlines} gives, in the same way. */
    Slice<SpanOutline> rankedSpans(TraceQuery query, Ranking by);
}
