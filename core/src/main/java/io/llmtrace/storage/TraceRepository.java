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
 *       throw; then it stored nothing. (The in-memory repository keeps data on the heap until it is closed.)
 *   <li><b>Identity.</b> A span is identified by (tenant, trace, span). Writing it again MUST replace it; of two writes the
 *       later wins, and the later in the collection within one write. Equal content twice is one span. Counts, sums and
 *       pages MUST be right in the presence of repeated writes, before and after the engine compacts.
 *   <li><b>Atomicity.</b> A reader sees all of a span or nothing of it.
 *   <li><b>Queries.</b> All filters MUST hold on the same span, as {@link TraceQuery#matches(TraceSpan)} defines. The limit
 *       is exact. Traces are ordered by {@code created_at}, spans by {@code start_time}; ties are broken by trace id, then
 *       span id, in byte order: the same order for every call. A scan that follows {@link Page#nextCursor()} returns every
 *       item that exists from its beginning to its end exactly once, also while others write: an item whose time changes
 *       during the scan keeps its former position in it. Items written during the scan MAY be returned, at most once.
 *       Offsets count in the order at the time of the call, so items MAY shift between pages while others write.
 *   <li><b>Absence.</b> {@link Optional#empty()} and an empty page mean that nothing matches. A request that a store cannot
 *       serve MUST throw; it MUST NOT return an empty result.
 *   <li><b>Tenants.</b> A call MUST NOT return, count, change or delete another tenant's data, whatever ids it gets.
 *       {@link #globalStats()} and {@link #check()} are for operators and give totals only.
 *   <li><b>Deletes.</b> Once a delete has returned, no read shows what it removed, and it MUST NOT come back after a restart
 *       or a merge. Writing a span of a deleted trace afterwards is a new write, and is kept. Each backend's README says when
 *       the space is reclaimed.
 *   <li><b>Values.</b> Text MUST be returned byte for byte, up to 16 MiB of UTF-8 a field. Numbers keep 64 bits, times keep
 *       nanoseconds.
 *   <li><b>Memory.</b> A read whose result does not fit into the memory that it may take MUST throw
 *       {@link ResultTooLargeException} before it exhausts the heap, see {@link io.llmtrace.storage.spi.ReadMemory}. (The
 *       in-memory repository returns what is on the heap already.)
 *   <li><b>Errors.</b> A null argument causes a {@link NullPointerException} and an illegal one an
 *       {@link IllegalArgumentException}, both before any work. All other failures are {@link StorageException}s, whose type
 *       says whether to try again. After {@link #close()} every method throws {@link IllegalStateException}.
 * </ol>
 *
 * <p>All methods block and are thread-safe.
 */
public interface TraceRepository extends AutoCloseable {

    /**
     * Stores a trace with all its spans atomically. Stored spans of the trace that are not among these are kept. The trace's
     * {@code created_at} is the earliest of all writes of the trace.
     */
    void storeTrace(TraceEvent trace);

    /** Stores one span, and its trace if there is none. The span's start counts as a {@code created_at} of the trace. */
    void storeSpan(TraceSpan span);

    /**
     * Stores many spans, of any traces and tenants, atomically. An empty collection is legal.
     *
     * @throws NullPointerException if a span is null; then nothing is stored
     */
    void storeSpans(Collection<TraceSpan> spans);

    /** Returns the traces with a span that the query selects. Each has all its spans, in the order of their start. */
    Page<TraceEvent> queryTraces(TraceQuery query);

    /**
     * Returns the summaries of the traces that {@link #queryTraces} returns, without reading the large values of their spans.
     */
    Page<TraceSummary> queryTraceSummaries(TraceQuery query);

    /** Returns the spans that the query selects. */
    Page<TraceSpan> querySpans(TraceQuery query);

    /** Returns the outlines of the spans that {@link #querySpans} returns, without reading their large values. */
    Page<SpanOutline> querySpanOutlines(TraceQuery query);

    /** Returns a trace with all its spans, possibly none. */
    Optional<TraceEvent> getTrace(UUID tenantId, UUID traceId);

    /** Returns a span by its identity. */
    Optional<TraceSpan> getSpan(UUID tenantId, UUID traceId, UUID spanId);

    /**
     * Returns the spans with these identities, each once, in the order of the first occurrences of the identities. Identities
     * without a span are skipped. All spans are in memory together, so a caller bounds the number of identities.
     *
     * @throws NullPointerException if an identity is null
     */
    List<TraceSpan> getSpans(UUID tenantId, Collection<SpanIdentity> identities);

    /**
     * Returns a span by its id alone. Ids of 8 bytes can occur in several traces; the result is then the span that is first in
     * {@link Order#NEWEST_FIRST}.
     */
    Optional<TraceSpan> getSpan(UUID tenantId, UUID spanId);

    /**
     * Deletes every trace with {@code created_at < time}, with all its spans.
     *
     * @return the exact number of traces that this call deleted
     */
    long deleteTracesBefore(UUID tenantId, Instant time);

    /** Deletes a trace with all its spans, and returns whether there was such a trace. */
    boolean deleteTrace(UUID tenantId, UUID traceId);

    /** Returns the size of the store for a tenant; {@link StorageStats#EMPTY} for one without traces. */
    StorageStats stats(UUID tenantId);

    /** Returns the size of the store across all tenants. */
    GlobalStats globalStats();

    /**
     * Returns the current health of the store, without a cache. It MUST report a failure of the store as a state, not throw
     * it.
     */
    StoreHealth check();

    /**
     * Releases all resources. Calls in progress either complete or fail with {@link IllegalStateException}. Closing twice is
     * legal.
     */
    @Override
    void close();
}
