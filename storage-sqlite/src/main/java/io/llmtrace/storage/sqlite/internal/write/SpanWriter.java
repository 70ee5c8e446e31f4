package io.llmtrace.storage.sqlite.internal.write;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.sqlite.internal.engine.Database;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.engine.WriteKind;
import io.llmtrace.storage.sqlite.internal.read.SpanReader;
import io.llmtrace.storage.sqlite.internal.read.SpanRow;
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

/** Stores traces and spans, in one transaction for each call. */
public final class SpanWriter implements AutoCloseable {

    private static final int MAX_CACHED_TRACES = 20_000;

    private static final String INSERT_TRACE =
            "INSERT INTO traces (id, tenant, trace_id, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
    private static final String FIND_TRACE = "SELECT id, created_at FROM traces WHERE trace_id = ? AND tenant = ?";
    private static final String FIND_SPAN =
            "SELECT id, block, body_size, start_time FROM spans WHERE trace = ? AND span_id = ?";
    private static final String MARK_AGGREGATES_STALE =
            "UPDATE trace_figures SET stale = 1 WHERE trace = ? AND stale = 0";

    /** The memory for blocks that later ones may be compressed against, over all traces. */
    private static final long RECENT_BYTES = 32L << 20;

    private final Database database;
    private final DictionaryWriter dictionary = new DictionaryWriter();
    private final RecentBlocks recent = new RecentBlocks(RECENT_BYTES);
    private final BlockPacker packer = new BlockPacker(recent);
    private final BlockWriter blocks = new BlockWriter(packer, recent);
    private final Map<TraceKey, TraceRow> traces = new HashMap<>();

    private long nextTrace;
    private long nextSpan;

    private SpanWriter(Database database) {
        this.database = database;
    }

    /** Returns a writer for a file that is open for writing. */
    public static SpanWriter open(Database database) {
        SpanWriter writer = new SpanWriter(database);
        database.actOnWriter(connection -> {
            writer.nextTrace = 1 + connection.number("SELECT max(id) FROM traces");
            writer.nextSpan = 1 + connection.number("SELECT max(id) FROM spans");
            writer.blocks.open(connection);
        });
        return writer;
    }

    /** Stores a trace with its spans. */
    public void store(TraceEvent trace) {
        List<Supplier<List<BlockPacker.Packed>>> packed = packer.pack(trace.spans());
        write(transaction -> {
            TraceRow row = transaction.traceRow(trace.tenantId(), trace.traceId(), trace.createdAt());
            transaction.storeAll(packed, span -> row);
        });
    }

    /** Stores spans of any traces. A new trace gets the start of its earliest span as its creation time. */
    public void store(Collection<TraceSpan> spans) {
        if (spans.isEmpty()) {
            database.requireOpen();
            return;
        }
        Map<TraceKey, Instant> created = new HashMap<>();
        for (TraceSpan span : spans) {
            created.merge(TraceKey.of(span), span.startTime(), SpanWriter::earlier);
        }
        List<Supplier<List<BlockPacker.Packed>>> packed = packer.pack(latestOf(spans));
        write(transaction -> {
            transaction.storeAll(packed, span -> {
                TraceKey trace = TraceKey.of(span);
                return transaction.traceRow(
                        trace.tenantId(), trace.traceId(), Objects.requireNonNull(created.get(trace)));
            });
        });
    }

    /** Returns the writer of blocks, for deletes. */
    public BlockWriter blocks() {
        return blocks;
    }

    /** Clears the caches of rows that a delete or a rollback may have removed. To be called on the writing connection. */
    public void clearCaches() {
        traces.clear();
        dictionary.clear();
        recent.clear();
    }

    @Override
    public void close() {
        packer.close();
    }

    private interface Change {
        void apply(Transaction transaction) throws SQLException;
    }

    private void write(Change change) {
        database.actOnWriter(connection -> {
            boolean committed = false;
            try {
                database.transaction(connection, WriteKind.SPANS, c -> {
                    Transaction transaction = new Transaction(c);
                    change.apply(transaction);
                    transaction.finish();
                    return transaction;
                });
                committed = true;
            } finally {
                if (!committed) {
                    clearCaches();
                }
            }
        });
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /** Returns the spans without those that occur again later in the same call. */
    private static Collection<TraceSpan> latestOf(Collection<TraceSpan> spans) {
        record Key(UUID tenantId, SpanIdentity span) {}
        Map<Key, TraceSpan> latest = new LinkedHashMap<>(spans.size() * 2);
        for (TraceSpan span : spans) {
            latest.put(new Key(span.tenantId(), SpanIdentity.of(span)), span);
        }
        return latest.values();
    }

    private interface TraceRows {
        TraceRow of(TraceSpan span) throws SQLException;
    }

    private static final class TraceRow {
        private static final long STORED_EARLIER = -1;

        private final long id;
        private long createdAt;
        /** The number of the transaction that inserted the trace: within it, spans need no check for earlier versions. */
        private final long insertedBy;

        TraceRow(long id, long createdAt, long insertedBy) {
            this.id = id;
            this.createdAt = createdAt;
            this.insertedBy = insertedBy;
        }
    }

    /** The stored version of a span that is written again. */
    private record StoredSpan(long id, long block, int bodySize, long startTime) {}

    /**
     * A span that is to be stored.
     *
     * @param row the row id it has or gets
     * @param stored the version that it replaces; null for a new span
     */
    private record Target(
            BlockPacker.Body body,
            TraceRow trace,
            long row,
            @Nullable StoredSpan stored) {}

    private static final class TenantCounts {
        private long traces;
        private long spans;
        private long bytes;
    }

    /** The transaction of one call. */
    private final class Transaction {
        private final SqliteConnection connection;
        private final long write;
        /** Shared by the whole transaction, since spans that are sent again are mostly in the same blocks. */
        private final SpanReader reader;

        private final Map<Long, TenantCounts> counts = new HashMap<>();
        private final Set<Long> changedTraces = new HashSet<>();

        Transaction(SqliteConnection connection) throws SQLException {
            this.connection = connection;
            this.reader = new SpanReader(connection);
            connection.update("UPDATE counters SET value = value + 1 WHERE name = 'writes'");
            this.write = connection.number("SELECT value FROM counters WHERE name = 'writes'");
        }

        /** Returns the row of a trace. Inserts it if it is new; moves its creation time if the given one is earlier. */
        TraceRow traceRow(UUID tenantId, UUID traceId, Instant createdAt) throws SQLException {
            long tenant = dictionary.tenant(connection, tenantId);
            long nanos = Times.toNanos(createdAt);
            TraceKey key = new TraceKey(tenantId, traceId);
            TraceRow row = traces.get(key);
            if (row == null) {
                row = insertedOrFound(tenant, traceId, nanos);
                if (traces.size() >= MAX_CACHED_TRACES) {
                    traces.clear();
                }
                traces.put(key, row);
            }
            if (nanos < row.createdAt) {
                if (row.insertedBy != write) {
                    TimeChanges.OF_TRACES.record(connection, row.id, write, tenant, row.createdAt);
                }
                row.createdAt = nanos;
                connection.update("UPDATE traces SET created_at = ? WHERE id = ?", nanos, row.id);
            }
            return row;
        }

        private TraceRow insertedOrFound(long tenant, UUID traceId, long nanos) throws SQLException {
            if (connection.update(INSERT_TRACE, nextTrace, tenant, traceId, nanos) == 0) {
                return Objects.requireNonNull(connection.first(
                        FIND_TRACE,
                        row -> new TraceRow(row.number("id"), row.number("created_at"), TraceRow.STORED_EARLIER),
                        traceId,
                        tenant));
            }
            countsOf(tenant).traces++;
            return new TraceRow(nextTrace++, nanos, write);
        }

        /** Updates the counts that statistics read, and marks the aggregates of changed traces as stale. */
        void finish() throws SQLException {
            for (Map.Entry<Long, TenantCounts> entry : counts.entrySet()) {
                TenantCounts delta = entry.getValue();
                connection.update(
                        "UPDATE tenants SET trace_count = trace_count + ?, span_count = span_count + ?,"
                                + " body_bytes = body_bytes + ? WHERE id = ?",
                        delta.traces,
                        delta.spans,
                        delta.bytes,
                        entry.getKey());
            }
            List<@Nullable Object[]> rows = new ArrayList<>();
            for (long trace : changedTraces) {
                rows.add(new @Nullable Object[] {trace});
            }
            connection.updateAll(MARK_AGGREGATES_STALE, rows);
        }

        void storeAll(List<Supplier<List<BlockPacker.Packed>>> groups, TraceRows traceRows) throws SQLException {
            for (Supplier<List<BlockPacker.Packed>> group : groups) {
                for (BlockPacker.Packed block : group.get()) {
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
                    if (target.trace.insertedBy != write) {
                        changedTraces.add(target.trace.id);
                    }
                }
            }
            if (targets.isEmpty()) {
                return;
            }
            removeStored(targets);
            BlockPacker.Packed block = targets.size() == packed.bodies().size()
                    ? packed
                    : packer.repack(targets.stream().map(Target::body).toList(), packed.trace(), packed.base());
            long id = blocks.nextId();
            blocks.insert(
                    connection,
                    block,
                    block.trace() == null ? null : Long.valueOf(targets.get(0).trace.id),
                    targets.stream().map(Target::row).toList());
            List<@Nullable Object[]> inserted = new ArrayList<>(targets.size());
            for (Target target : targets) {
                @Nullable
                Object[] parameters = SpanStatements.parameters(connection, dictionary, storeDetails(target, id));
                if (target.stored == null) {
                    inserted.add(parameters);
                } else {
                    connection.update(SpanStatements.UPDATE, parameters);
                }
            }
            connection.updateAll(SpanStatements.INSERT, inserted);
        }

        /** Returns null if an equal span is stored already: clients send spans again when a response was lost. */
        private @Nullable Target targetOf(BlockPacker.Body body, TraceRow trace) throws SQLException {
            TraceSpan span = body.span();
            StoredSpan stored = trace.insertedBy == write ? null : findSpan(trace.id, span.spanId());
            if (stored == null) {
                return new Target(body, trace, nextSpan++, null);
            }
            return span.equals(reader.byRow(stored.id, span.tenantId()))
                    ? null
                    : new Target(body, trace, stored.id, stored);
        }

        /** Stores a span's details, and counts it. Returns its row, which is still to be written. */
        private SpanRow storeDetails(Target target, long block) throws SQLException {
            TraceSpan span = target.body.span();
            long tenant = dictionary.tenant(connection, span.tenantId());
            int size = target.body.bytes().length;
            SpanDetailWriter.insert(connection, dictionary, target.row, span);
            TenantCounts delta = countsOf(tenant);
            delta.spans += target.stored == null ? 1 : 0;
            delta.bytes += size;
            return new SpanRow(target.row, tenant, target.trace.id, block, size, span);
        }

        /** Removes what belongs to the stored versions of spans; their rows stay, to be updated. */
        private void removeStored(List<Target> targets) throws SQLException {
            Map<Long, Set<Long>> byBlock = new LinkedHashMap<>();
            for (Target target : targets) {
                if (target.stored != null) {
                    removeStored(target, target.stored);
                    byBlock.computeIfAbsent(target.stored.block, block -> new HashSet<>())
                            .add(target.stored.id);
                }
            }
            for (Map.Entry<Long, Set<Long>> block : byBlock.entrySet()) {
                blocks.remove(connection, block.getKey(), block.getValue());
            }
        }

        private void removeStored(Target target, StoredSpan stored) throws SQLException {
            TraceSpan span = target.body.span();
            long tenant = dictionary.tenant(connection, span.tenantId());
            countsOf(tenant).bytes -= stored.bodySize;
            recent.remove(TraceKey.of(span));
            SpanDetailWriter.remove(connection, stored.id);
            connection.update("DELETE FROM text_index WHERE rowid = ?", stored.id);
            if (stored.startTime != Times.toNanos(span.startTime())) {
                TimeChanges.OF_SPANS.record(connection, stored.id, write, tenant, stored.startTime);
            }
        }

        private TenantCounts countsOf(long tenant) {
            return counts.computeIfAbsent(tenant, id -> new TenantCounts());
        }

        private @Nullable StoredSpan findSpan(long trace, UUID spanId) throws SQLException {
            return connection.first(
                    FIND_SPAN,
                    row -> new StoredSpan(
                            row.number("id"),
                            row.number("block"),
                            (int) row.number("body_size"),
                            row.number("start_time")),
                    trace,
                    spanId);
        }
    }
}
