package io.llmtrace.storage.sqlite;

import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Stores traces and spans, one transaction for each call. */
final class SpanWriter implements AutoCloseable {

    private static final int MAX_CACHED_TRACES = 20_000;

    private static final String INSERT_TRACE =
            "INSERT INTO traces (id, tenant, trace_id, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
    private static final String FIND_TRACE = "SELECT id, created_at FROM traces WHERE trace_id = ? AND tenant = ?";
    private static final String FIND_SPAN =
            "SELECT id, block, body_size, start_time FROM spans WHERE trace = ? AND span_id = ?";

    /** Of the blocks that others may build on, over all traces that are being written. */
    private static final long RECENT_BYTES = 32L << 20;

    private final Database database;
    private final Interner interner = new Interner();
    private final RecentBlocks recent = new RecentBlocks(RECENT_BYTES);
    private final BlockPacker packer = new BlockPacker(recent);
    private final Blocks blocks = new Blocks(packer, recent);
    private final Map<TraceKey, TraceRow> traces = new HashMap<>();

    private long nextTrace;
    private long nextSpan;

    private SpanWriter(Database database) {
        this.database = database;
    }

    static SpanWriter open(Database database) {
        SpanWriter writer = new SpanWriter(database);
        database.actOnWriter(session -> {
            writer.nextTrace = 1 + session.number("SELECT max(id) FROM traces");
            writer.nextSpan = 1 + session.number("SELECT max(id) FROM spans");
            writer.blocks.open(session);
        });
        return writer;
    }

    void store(TraceEvent trace) {
        List<Supplier<List<BlockPacker.Packed>>> packed = packer.pack(trace.spans());
        write(batch -> {
            TraceRow row = batch.traceRow(trace.tenantId(), trace.traceId(), trace.createdAt());
            batch.storeAll(packed, span -> row);
        });
    }

    void store(Collection<TraceSpan> spans) {
        if (spans.isEmpty()) {
            database.requireOpen();
            return;
        }
        Map<RecentBlocks.TraceKey, Instant> created = new HashMap<>();
        for (TraceSpan span : spans) {
            created.merge(RecentBlocks.TraceKey.of(span), span.startTime(), SpanWriter::earlier);
        }
        List<Supplier<List<BlockPacker.Packed>>> packed = packer.pack(latestOf(spans));
        write(batch -> {
            batch.storeAll(packed, span -> {
                RecentBlocks.TraceKey trace = RecentBlocks.TraceKey.of(span);
                return batch.traceRow(trace.tenantId(), trace.traceId(), Objects.requireNonNull(created.get(trace)));
            });
        });
    }

    Blocks blocks() {
        return blocks;
    }

    /** Runs on the writer, where caches of rows that may be gone must be dropped. */
    void forgetRows() {
        traces.clear();
        interner.clear();
        recent.clear();
    }

    @Override
    public void close() {
        packer.close();
    }

    private interface Change {
        void apply(Batch batch) throws SQLException;
    }

    private void write(Change change) {
        database.actOnWriter(session -> {
            boolean done = false;
            try {
                session.transaction("BEGIN IMMEDIATE", s -> {
                    Batch batch = new Batch(s);
                    change.apply(batch);
                    batch.finish();
                    return batch;
                });
                done = true;
            } finally {
                if (!done) {
                    forgetRows(); // they may name rows that were rolled back
                }
            }
        });
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /** A span that occurs twice counts once: the later one. */
    private static Collection<TraceSpan> latestOf(Collection<TraceSpan> spans) {
        Map<SpanKey, TraceSpan> latest = new LinkedHashMap<>(spans.size() * 2);
        for (TraceSpan span : spans) {
            latest.put(new SpanKey(span.tenantId(), span.traceId(), span.spanId()), span);
        }
        return latest.values();
    }

    private interface TraceRows {
        TraceRow of(TraceSpan span) throws SQLException;
    }

    private record SpanKey(UUID tenantId, UUID traceId, UUID spanId) {}

    private record TraceKey(long tenant, UUID traceId) {}

    private static final class TraceRow {
        private final long id;
        private long createdAt;
        /** The write that made it; its spans need no look for former versions within it. */
        private final long bornIn;

        TraceRow(long id, long createdAt, long bornIn) {
            this.id = id;
            this.createdAt = createdAt;
            this.bornIn = bornIn;
        }
    }

    private record FormerSpan(long id, long block, int bodySize, long startTime) {}

    /** A span on its way into the store. */
    private record Target(
            BlockPacker.Body body,
            TraceRow trace,
            long row,
            @Nullable FormerSpan former) {}

    private static final class Counts {
        private long traces;
        private long spans;
        private long bytes;
    }

    /** One transaction. */
    private final class Batch {
        private final Session session;
        private final long write;
        private final Moves traceMoves;
        private final Moves spanMoves;
        private final Map<Long, Counts> counts = new HashMap<>();
        private final Set<Long> changedTraces = new HashSet<>();

        Batch(Session session) throws SQLException {
            this.session = session;
            session.update("UPDATE counters SET value = value + 1 WHERE name = 'writes'");
            this.write = session.number("SELECT value FROM counters WHERE name = 'writes'");
            this.traceMoves = Moves.ofTraces();
            this.spanMoves = Moves.ofSpans();
        }

        /** The trace's row, made if there is none, and moved if it was created earlier than known. */
        TraceRow traceRow(UUID tenantId, UUID traceId, Instant createdAt) throws SQLException {
            long tenant = interner.tenant(session, tenantId);
            long nanos = Times.toNanos(createdAt);
            TraceKey key = new TraceKey(tenant, traceId);
            TraceRow row = traces.get(key);
            if (row == null) {
                row = insertedOrFound(tenant, traceId, nanos);
                if (traces.size() >= MAX_CACHED_TRACES) {
                    traces.clear();
                }
                traces.put(key, row);
            }
            if (nanos < row.createdAt) {
                if (row.bornIn != write) {
                    traceMoves.record(session, row.id, write, tenant, row.createdAt);
                }
                row.createdAt = nanos;
                session.update("UPDATE traces SET created_at = ? WHERE id = ?", nanos, row.id);
            }
            return row;
        }

        private TraceRow insertedOrFound(long tenant, UUID traceId, long nanos) throws SQLException {
            if (session.update(INSERT_TRACE, nextTrace, tenant, traceId, nanos) == 0) {
                return Objects.requireNonNull(session.first(
                        FIND_TRACE, row -> new TraceRow(row.getLong(1), row.getLong(2), -1), traceId, tenant));
            }
            countsOf(tenant).traces++;
            return new TraceRow(nextTrace++, nanos, write);
        }

        /** The counts of statistics change with the rows that they count, in one transaction. */
        void finish() throws SQLException {
            for (Map.Entry<Long, Counts> entry : counts.entrySet()) {
                Counts delta = entry.getValue();
                session.update(
                        "UPDATE tenants SET trace_count = trace_count + ?, span_count = span_count + ?,"
                                + " body_bytes = body_bytes + ? WHERE id = ?",
                        delta.traces,
                        delta.spans,
                        delta.bytes,
                        entry.getKey());
            }
            TraceFigures.markStale(session, changedTraces);
        }

        void storeAll(List<Supplier<List<BlockPacker.Packed>>> blocks, TraceRows traceRows) throws SQLException {
            for (Supplier<List<BlockPacker.Packed>> ofGroup : blocks) {
                for (BlockPacker.Packed block : ofGroup.get()) {
                    store(block, traceRows);
                }
            }
        }

        private void store(BlockPacker.Packed packed, TraceRows traceRows) throws SQLException {
            List<Target> targets = new ArrayList<>(packed.bodies().size());
            for (BlockPacker.Body body : packed.bodies()) {
                Target target = targetOf(body, traceRows.of(body.span()));
                if (target != null) {
                    targets.add(target);
                    if (target.trace.bornIn != write) {
                        changedTraces.add(target.trace.id);
                    }
                }
            }
            if (targets.isEmpty()) {
                return;
            }
            for (Target target : targets) {
                if (target.former != null) {
                    remove(target, target.former);
                }
            }
            BlockPacker.Packed block = targets.size() == packed.bodies().size()
                    ? packed
                    : packer.repack(targets.stream().map(Target::body).toList(), packed.trace(), packed.base());
            long id = blocks.nextId();
            blocks.insert(
                    session,
                    block,
                    block.trace() == null ? null : Long.valueOf(targets.get(0).trace.id),
                    targets.stream().map(Target::row).toList());
            List<@Nullable Object[]> inserted = new ArrayList<>(targets.size());
            for (Target target : targets) {
                @Nullable Object[] values = storeBeside(target, id);
                if (target.former == null) {
                    inserted.add(values);
                } else {
                    session.update(SpanRow.UPDATE, values);
                }
            }
            session.updateAll(SpanRow.INSERT, inserted);
        }

        /** Null for a span that is stored as it is: clients send again when an answer was lost. */
        private @Nullable Target targetOf(BlockPacker.Body body, TraceRow trace) throws SQLException {
            TraceSpan span = body.span();
            FormerSpan former = trace.bornIn == write ? null : findSpan(trace.id, span.spanId());
            if (former == null) {
                return new Target(body, trace, nextSpan++, null);
            }
            return span.equals(new SpanReader(session).byRow(former.id, span.tenantId()))
                    ? null
                    : new Target(body, trace, former.id, former);
        }

        /** What a span has beside its row. @return the values of the row */
        private @Nullable Object[] storeBeside(Target target, long block) throws SQLException {
            TraceSpan span = target.body.span();
            long tenant = interner.tenant(session, span.tenantId());
            int size = target.body.bytes().length;
            SpanDetails.insert(session, interner, target.row, span);
            Counts delta = countsOf(tenant);
            delta.spans += target.former == null ? 1 : 0;
            delta.bytes += size;
            SpanRow.Place place = new SpanRow.Place(tenant, target.trace.id, block, size);
            return SpanRow.values(session, interner, span, place, target.row);
        }

        /** What hangs on the former version of a span: its row stays, to be updated. */
        private void remove(Target target, FormerSpan former) throws SQLException {
            TraceSpan span = target.body.span();
            long tenant = interner.tenant(session, span.tenantId());
            countsOf(tenant).bytes -= former.bodySize;
            recent.forget(RecentBlocks.TraceKey.of(span));
            blocks.remove(session, former.block, Set.of(former.id));
            SpanDetails.remove(session, former.id);
            session.update("DELETE FROM text_index WHERE rowid = ?", former.id);
            if (former.startTime != Times.toNanos(span.startTime())) {
                spanMoves.record(session, former.id, write, tenant, former.startTime);
            }
        }

        private Counts countsOf(long tenant) {
            return counts.computeIfAbsent(tenant, id -> new Counts());
        }

        private @Nullable FormerSpan findSpan(long trace, UUID spanId) throws SQLException {
            return session.first(
                    FIND_SPAN,
                    row -> new FormerSpan(row.getLong(1), row.getLong(2), row.getInt(3), row.getLong(4)),
                    trace,
                    spanId);
        }
    }
}
