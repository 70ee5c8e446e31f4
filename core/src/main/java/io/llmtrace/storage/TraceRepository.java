package io.llmtrace.storage;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A store of LLM traces for many tenants. Every backend fulfils this contract in full; {@code storage-testkit} proves it.
 *
 * <ol>
 *   <li><b>Durable.</b> A write MUST return only when its data would survive the end of the process and of the machine, or
 *       throw; then nothing of the call is stored. (The in-memory repository keeps what a heap can keep: until it is closed.)
 *   <li><b>Identity.</b> A span is identified by (tenant, trace, span). Writing it again MUST replace it; of two writes the
 *       later wins, and the later in the collection within one write. Equal content twice is one span. Counts, sums and
 *       pages MUST be right in the presence of repeated writes, before and after the engine compacts.
 *   <li><b>Whole.</b> A reader sees a span whole or not at all.
 *   <li><b>Queries.</b> All filters MUST hold on the same span, as {@link TraceQuery#matches(TraceSpan)} defines. The limit
 *       is exact. Traces are ordered by {@code created_at}, spans by {@code start_time}; ties are broken by trace id, then
 *       span id, in byte order: the same order for every call. A walk along {@link Page#nextCursor()} meets every item that
 *       was there when it began, and is still there, exactly once, also while others write: an item whose time changes
 *       during the walk is met in the place that it had before. Items written during the walk MAY be met, at most once.
 *       Offsets count in the order of the moment, and so MAY shift while others write.
 *   <li><b>Absence</b> is {@link Optional#empty()} or an empty page. A request that a store cannot serve MUST throw, never
 *       answer with nothing.
 *   <li><b>Tenants.</b> No call MUST ever return, count, change or delete another tenant's data, whatever ids it is given.
 *       {@link #globalStats()} and {@link #check()} are for operators and give totals only.
 *   <li><b>Deletes.</b> Once a delete has returned, no read shows what it removed, and it MUST NOT come back after a restart
 *       or a merge. Writing a span of a deleted trace later is a new write, and is kept. Each backend's README says when the
 *       space is given back.
 *   <li><b>Values.</b> Text MUST come out byte for byte, up to 16 MiB of UTF-8 a field; numbers keep 64 bits, times keep
 *       nanoseconds.
 *   <li><b>Errors.</b> A null argument is a {@link NullPointerException} and a wrong one an {@link IllegalArgumentException},
 *       both before any work; anything else is a {@link StorageException}, whose type says whether to try again. After
 *       {@link #close()} every method throws {@link IllegalStateException}.
 * </ol>
 *
 * <p>All methods block, and are safe to call from many threads.
 */
public interface TraceRepository extends AutoCloseable {

    /**
     * Stores a trace with all its spans, at once. Spans of the same trace that are stored already and not among these stay.
     * The trace's {@code created_at} is the earliest that any write gave it.
     */
    void storeTrace(TraceEvent trace);

    /** Stores one span. Its trace comes into being with it; the span's start counts as its {@code created_at}. */
    void storeSpan(TraceSpan span);

    /**
     * Stores many spans, of any traces and tenants, all or none. An empty collection is legal.
     *
     * @throws NullPointerException if one is null; then nothing is stored
     */
    void storeSpans(Collection<TraceSpan> spans);

    /** Traces with a span that the query selects, each whole: with all its spans, in the order of their start. */
    Page<TraceEvent> queryTraces(TraceQuery query);

    /** As {@link #queryTraces}, one line for each trace: without reading what went in and out of its spans. */
    Page<TraceSummary> queryTraceSummaries(TraceQuery query);

    /** The spans that the query selects, whole. */
    Page<TraceSpan> querySpans(TraceQuery query);

    /** As {@link #querySpans}, one line for each span: without reading what went in and out of it. */
    Page<SpanOutline> querySpanOutlines(TraceQuery query);

    /** A trace with all its spans, possibly none. */
    Optional<TraceEvent> getTrace(UUID tenantId, UUID traceId);

    /** One span by its identity. */
    Optional<TraceSpan> getSpan(UUID tenantId, UUID traceId, UUID spanId);

    /**
     * The spans of these identities that are there, whole, in the order in which their identities came first, each once. Many
     * are read at once: a caller bounds what it asks for.
     *
     * @throws NullPointerException if an identity is null
     */
    List<TraceSpan> getSpans(UUID tenantId, Collection<SpanIdentity> identities);

    /**
     * One span by its id alone. Ids of 8 bytes can occur in several traces: then it is the span that comes first in
     * {@link Order#NEWEST_FIRST}.
     */
    Optional<TraceSpan> getSpan(UUID tenantId, UUID spanId);

    /**
     * Removes every trace with {@code created_at < time}, with all its spans.
     *
     * @return exactly how many traces this call removed
     */
    long deleteTracesBefore(UUID tenantId, Instant time);

    /** @return whether there was such a trace */
    boolean deleteTrace(UUID tenantId, UUID traceId);

    /** What is stored for a tenant; {@link StorageStats#EMPTY} for one never seen. */
    StorageStats stats(UUID tenantId);

    /** What is stored for all tenants together. */
    GlobalStats globalStats();

    /** Asks the store itself, now. MUST NOT throw because the store does not work: that is an answer. */
    StoreHealth check();

    /** Frees everything. Calls under way end first, or fail with {@link IllegalStateException}. May be called again. */
    @Override
    void close();
}
