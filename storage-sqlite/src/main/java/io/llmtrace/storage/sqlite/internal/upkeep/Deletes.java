package io.llmtrace.storage.sqlite.internal.upkeep;

import io.llmtrace.model.Times;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.RetentionBasis;
import io.llmtrace.storage.RetentionRule;
import io.llmtrace.storage.sqlite.internal.engine.Database;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.engine.WriteKind;
import io.llmtrace.storage.sqlite.internal.format.TagJson;
import io.llmtrace.storage.sqlite.internal.read.SpanColumn;
import io.llmtrace.storage.sqlite.internal.read.SpanColumns;
import io.llmtrace.storage.sqlite.internal.write.SpanWriter;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** Removes traces with everything that belongs to them. */
public final class Deletes {

    /** Limited, since writes wait for the end of the transaction. */
    private static final int TRACES_PER_TRANSACTION = 200;

    private static final String TENANT = "SELECT id FROM tenants WHERE tenant_id = ?";
    private static final String SPANS = "(SELECT id FROM spans WHERE trace = ?)";

    private static final String ENDED = "SELECT t.id AS id, t.trace_id AS trace_id, t.created_at AS created_at, "
            + Retention.ENDED_LATER + " AS ended_later FROM traces t WHERE t.tenant = ? AND t.created_at < ?"
            + " AND (t.created_at, t.trace_id) > (?, ?) ORDER BY t.created_at, t.trace_id LIMIT ?";

    private static final String DELETE_UNUSED_NAMES = "DELETE FROM names WHERE id NOT IN ("
            + "SELECT finding_type FROM findings UNION SELECT name FROM actions"
            + SpanColumns.NAMES.stream()
                    .map(SpanColumn::name)
                    .map(column -> " UNION SELECT " + column + " FROM spans WHERE " + column + " IS NOT NULL")
                    .collect(Collectors.joining())
            + ")";

    private final Database database;
    private final SpanWriter writer;

    /**
     * Creates the deletes of a file.
     *
     * @param writer the one whose caches are cleared after a delete
     */
    public Deletes(Database database, SpanWriter writer) {
        this.database = database;
        this.writer = writer;
    }

    /** Removes the traces of a tenant that were created before a time. Returns how many. */
    public long before(UUID tenantId, Instant time) {
        long removed = 0;
        int traces = TRACES_PER_TRANSACTION;
        long last = -1;
        while (last != 0) {
            try {
                last = remove(
                        tenantId,
                        "SELECT id FROM traces WHERE tenant = ? AND created_at < ? LIMIT " + traces,
                        nanosOrNever(time));
                removed += last;
            } catch (OverloadedException e) {
                traces = fewerThan(traces, e);
            }
        }
        return removed;
    }

    /** Returns how many traces to try after so many found no room: a smaller transaction needs less. */
    private static int fewerThan(int traces, OverloadedException lack) {
        if (traces == 1) {
            throw lack;
        }
        return Math.max(1, traces / 8);
    }

    /** Removes the traces of a tenant that a rule lets expire. Returns how many. */
    public long expired(UUID tenantId, RetentionRule rule, Instant now) {
        Instant cutoff = rule.cutoff(now);
        return rule.by() == RetentionBasis.START ? before(tenantId, cutoff) : endedBefore(tenantId, cutoff);
    }

    /**
     * Removes the traces of a tenant that were created before a time, and of which no span ended at it or later. A trace that
     * stays is looked at once: the next transaction goes on behind it.
     */
    private long endedBefore(UUID tenantId, Instant time) {
        long removed = 0;
        int traces = TRACES_PER_TRANSACTION;
        Candidates last = Candidates.FIRST;
        while (last.more) {
            try {
                last = removeEnded(tenantId, nanosOrNever(time), last, traces);
                removed += last.removed;
            } catch (OverloadedException e) {
                traces = fewerThan(traces, e);
            }
        }
        return removed;
    }

    private Candidates removeEnded(UUID tenantId, Object time, Candidates after, int traces) {
        return delete(s -> removeEnded(s, tenantId, time, after, traces), next -> next.removed);
    }

    /**
     * What a transaction looked at, in the order of {@code created_at} and trace id.
     *
     * @param createdAt of the last trace that it looked at
     * @param traceId of that trace
     * @param removed how many of them it removed
     * @param more whether others may follow
     */
    private record Candidates(long createdAt, UUID traceId, int removed, boolean more) {
        private static final Candidates FIRST = new Candidates(Long.MIN_VALUE, new UUID(0, 0), 0, true);
    }

    private Candidates removeEnded(
            SqliteConnection connection, UUID tenantId, Object time, Candidates after, int traces) throws SQLException {
        Long tenant = connection.numberOrNull(TENANT, tenantId);
        if (tenant == null) {
            return new Candidates(after.createdAt, after.traceId, 0, false);
        }
        List<Long> ended = new ArrayList<>();
        List<Candidates> seen = new ArrayList<>();
        connection.each(
                ENDED,
                row -> {
                    seen.add(new Candidates(row.number("created_at"), row.id("trace_id"), 0, true));
                    if (row.number("ended_later") == 0) {
                        ended.add(row.number("id"));
                    }
                },
                time,
                tenant,
                time,
                after.createdAt,
                after.traceId,
                traces);
        removeAll(connection, tenant, ended);
        Candidates last = seen.isEmpty() ? after : seen.get(seen.size() - 1);
        return new Candidates(last.createdAt, last.traceId, ended.size(), seen.size() == traces);
    }

    /** Removes a trace. Returns whether there was one. */
    public boolean trace(UUID tenantId, UUID traceId) {
        return remove(tenantId, "SELECT id FROM traces WHERE tenant = ? AND trace_id = ?", traceId) == 1;
    }

    /** Removes the names that no row refers to. Reads all spans, since references to names are not counted. */
    public void removeUnusedNames() {
        delete(s -> s.update(DELETE_UNUSED_NAMES), removed -> removed);
    }

    /** Returns a time as the store compares it; if it is later than all times that can be stored, a number above all of them. */
    static Object nanosOrNever(Instant time) {
        return time.isAfter(Times.LATEST) ? (Object) Double.valueOf(1e19) : Long.valueOf(Times.toNanos(time));
    }

    private int remove(UUID tenantId, String select, Object parameter) {
        return delete(
                s -> {
                    Long tenant = s.numberOrNull(TENANT, tenantId);
                    if (tenant == null) {
                        return 0;
                    }
                    List<Long> traces = s.numbers(select, tenant, parameter);
                    removeAll(s, tenant, traces);
                    return traces.size();
                },
                removed -> removed);
    }

    /**
     * Runs a transaction, and clears the writer's caches unless it has removed nothing. Also if it throws: it may be committed all the
     * same, and spans would then refer to rows that are gone.
     */
    private <T> T delete(SqliteConnection.Work<T> work, ToIntFunction<T> removedBy) {
        return database.onWriter(connection -> {
            boolean removedNothing = false;
            try {
                T result = database.transaction(connection, WriteKind.DELETES, work);
                removedNothing = removedBy.applyAsInt(result) == 0;
                return result;
            } finally {
                if (!removedNothing) {
                    writer.clearCaches();
                }
            }
        });
    }

    private void removeAll(SqliteConnection connection, long tenant, List<Long> traces) throws SQLException {
        Set<Long> tagSets = new HashSet<>();
        for (Map.Entry<Long, Set<Long>> shared :
                sharedBlocksOf(connection, traces).entrySet()) {
            writer.blocks().remove(connection, shared.getKey(), shared.getValue());
        }
        for (long trace : traces) {
            tagSets.addAll(connection.numbers(
                    "SELECT DISTINCT tag_set FROM spans WHERE trace = ? AND tag_set IS NOT NULL", trace));
            removeOne(connection, tenant, trace);
        }
        for (long tagSet : tagSets) {
            removeTagSetIfUnused(connection, tagSet);
        }
    }

    /** Returns the blocks that these traces share with others, each with the spans of these traces in it. */
    private static Map<Long, Set<Long>> sharedBlocksOf(SqliteConnection connection, List<Long> traces)
            throws SQLException {
        Map<Long, Set<Long>> shared = new HashMap<>();
        for (long trace : traces) {
            connection.each(
                    "SELECT s.block AS block, s.id AS span FROM spans s JOIN blocks b ON b.id = s.block"
                            + " WHERE s.trace = ? AND b.trace IS NULL",
                    row -> shared.computeIfAbsent(row.number("block"), block -> new HashSet<>())
                            .add(row.number("span")),
                    trace);
        }
        return shared;
    }

    private static void removeOne(SqliteConnection connection, long tenant, long trace) throws SQLException {
        long bytes = connection.number("SELECT coalesce(sum(body_size), 0) FROM spans WHERE trace = ?", trace);
        connection.update("DELETE FROM text_index WHERE rowid IN " + SPANS, trace);
        connection.update("DELETE FROM findings WHERE span IN " + SPANS, trace);
        connection.update("DELETE FROM actions WHERE span IN " + SPANS, trace);
        connection.update("DELETE FROM span_moves WHERE item IN " + SPANS, trace);
        connection.update("DELETE FROM trace_moves WHERE item = ?", trace);
        connection.update("DELETE FROM blocks WHERE trace = ?", trace);
        int spans = connection.update("DELETE FROM spans WHERE trace = ?", trace);
        connection.update("DELETE FROM trace_figures WHERE trace = ?", trace);
        connection.update("DELETE FROM traces WHERE id = ?", trace);
        connection.update(
                "UPDATE tenants SET trace_count = trace_count - 1, span_count = span_count - ?, body_bytes = body_bytes - ?"
                        + " WHERE id = ?",
                spans,
                bytes,
                tenant);
    }

    private static void removeTagSetIfUnused(SqliteConnection connection, long tagSet) throws SQLException {
        if (connection.number("SELECT EXISTS (SELECT 1 FROM spans WHERE tag_set = ?)", tagSet) == 1) {
            return;
        }
        TagSet tags = connection.first(
                "SELECT tenant, tags FROM tag_sets WHERE id = ?",
                row -> new TagSet(row.number("tenant"), TagJson.read(row.text("tags"))),
                tagSet);
        if (tags == null) {
            return;
        }
        for (Map.Entry<String, String> tag : tags.tags.entrySet()) {
            connection.update(
                    "DELETE FROM tags WHERE tenant = ? AND key = ? AND value = ? AND tag_set = ?",
                    tags.tenant,
                    tag.getKey(),
                    tag.getValue(),
                    tagSet);
        }
        connection.update("DELETE FROM tag_sets WHERE id = ?", tagSet);
    }

    private record TagSet(long tenant, Map<String, String> tags) {}
}
