package io.llmtrace.storage.clickhouse.internal.upkeep;

import io.llmtrace.model.Times;
import io.llmtrace.storage.RetentionBasis;
import io.llmtrace.storage.RetentionRule;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.clickhouse.internal.engine.Condition;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.Layout;
import io.llmtrace.storage.clickhouse.internal.engine.Sql;
import io.llmtrace.storage.clickhouse.internal.engine.Versions;
import io.llmtrace.storage.clickhouse.internal.read.StartHours;
import io.llmtrace.storage.clickhouse.internal.write.SpanWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes traces. A delete is first recorded together with the ids of its traces, while nothing is written; then their rows are
 * hidden by id and version, so that later writes of the same traces stay. Hiding may take long, since it waits for other changes of
 * the same parts, and spans are written meanwhile. If the process ends in between, the next one that opens the store finishes the
 * delete.
 *
 * <pre>
 *   deletions: 1 requested      ──▶  2 hidden    ──▶  3 erased
 *              trace ids             no read          rows are gone from the disk,
 *              recorded              shows them       and so are their locations
 * </pre>
 */
public final class Deletes {

    private static final Logger LOG = LoggerFactory.getLogger(Deletes.class);

    private static final int REQUESTED = 1;
    private static final int HIDDEN = 2;
    private static final int ERASED = 3;

    /** The most deletes whose traces one statement erases: their versions are part of its text. */
    private static final int MAX_DELETES_PER_STATEMENT = 500;

    private final Database database;
    private final Layout layout;
    private final SpanWriter writer;

    /** Held during a delete, so that of two that ask for the same trace, one deletes it and the other finds it gone. */
    private final ReentrantLock oneAtATime = new ReentrantLock(true);

    public Deletes(Database database, Layout layout, SpanWriter writer) {
        this.database = database;
        this.layout = layout;
        this.writer = writer;
    }

    /** Deletes the traces of a tenant that are older than a time, and returns how many they were. */
    public long before(UUID tenantId, Instant time) {
        return time.isAfter(Times.EARLIEST) ? delete(tenantId, createdBefore(time)) : 0;
    }

    /**
     * Deletes the traces that the rules of tenants let expire, and returns how many they were. A tenant with a delete that has not
     * ended in time is left out: each further one would make the server do the same work once more.
     *
     * @throws UnavailableException if tenants were left out
     */
    public long expired(Map<UUID, RetentionRule> rules, Instant now) {
        long deleted = 0;
        int late = 0;
        for (Map.Entry<UUID, RetentionRule> of : rules.entrySet()) {
            UUID tenantId = of.getKey();
            RetentionRule rule = of.getValue();
            oneAtATime.lock();
            try {
                if (hasLateDelete(tenantId)) {
                    late++;
                } else if (rule.cutoff(now).isAfter(Times.EARLIEST)) {
                    deleted += delete(tenantId, expired(rule, now));
                }
            } finally {
                oneAtATime.unlock();
            }
        }
        if (late > 0) {
            throw new UnavailableException(database.settings().displayUrl() + " has not finished earlier deletes of "
                    + late + " tenants; those are finished later, and what has expired since is deleted then");
        }
        return deleted;
    }

    /** Returns whether a delete of a tenant was given up after the timeout of writes, and is not finished yet. */
    private boolean hasLateDelete(UUID tenantId) {
        Instant givenUp = Instant.now().minus(database.settings().writeTimeout());
        return database.number(Sql.of("look for late deletes", """
                                SELECT count() FROM (
                                    SELECT version FROM deletions
                                    WHERE tenant_id = {tenant:UUID} AND version <= {until:UInt64}
                                    GROUP BY version HAVING max(step) = {step:UInt8} LIMIT 1)""")
                        .with("tenant", tenantId)
                        .with("until", Versions.at(givenUp))
                        .with("step", REQUESTED))
                > 0;
    }

    /** Returns a condition on rows; the traces with such a row are those that a rule lets expire. */
    static Condition expired(RetentionRule rule, Instant now) {
        Instant cutoff = rule.cutoff(now);
        return rule.by() == RetentionBasis.START ? createdBefore(cutoff) : endedBefore(cutoff);
    }

    private static Condition createdBefore(Instant time) {
        long nanos = Times.toNanos(time);
        // Times.toNanos clamps a time after LATEST, and rows at LATEST itself are before such a time.
        String than = time.isAfter(Times.LATEST) ? "<=" : "<";
        return new Condition(
                "start_hour <= {hour:Int32} AND start_time " + than
                        + " fromUnixTimestamp64Nano({time:Int64}, 'UTC') AND row_kind != 1",
                Map.of("hour", StartHours.of(nanos), "time", nanos));
    }

    /**
     * Returns the condition for traces that were created before a time, and of which no span ended at it or later. Few traces
     * go on beyond the time, so only the spans of those that seem to are grouped, to find out their latest versions.
     */
    private static Condition endedBefore(Instant time) {
        Condition created = createdBefore(time);
        String later = (time.isAfter(Times.LATEST) ? ">" : ">=") + " fromUnixTimestamp64Nano({time:Int64}, 'UTC')";
        String traces = "SELECT trace_id FROM spans WHERE tenant_id = {tenant:UUID} AND " + created.sql();
        return new Condition(created.sql() + " AND " + """
                         trace_id NOT IN (
                            SELECT trace_id FROM spans
                            WHERE tenant_id = {tenant:UUID} AND row_kind != 2 AND trace_id IN (
                                SELECT trace_id FROM spans
                                WHERE tenant_id = {tenant:UUID} AND row_kind != 2 AND ifNull(end_time, start_time) %1$s
                                    AND trace_id IN (%2$s)
                                    AND start_hour IN (
                                        SELECT start_hour FROM trace_places
                                        WHERE tenant_id = {tenant:UUID} AND trace_id IN (%2$s)))
                            GROUP BY trace_id, span_id HAVING argMax(ifNull(end_time, start_time), version) %1$s)""".formatted(later, traces), created.parameters());
    }

    /** Deletes a trace, and returns whether it existed. */
    public boolean trace(UUID tenantId, UUID traceId) {
        return delete(tenantId, Condition.of("""
                                trace_id = {trace:UUID} AND start_hour IN (
                                    SELECT start_hour FROM trace_places WHERE tenant_id = {tenant:UUID} AND trace_id = {trace:UUID})""", "trace", traceId)) > 0;
    }

    private long delete(UUID tenantId, Condition rows) {
        oneAtATime.lock();
        try {
            Deletion requested = writer.exclusively(version -> request(tenantId, version, rows));
            if (requested == null) {
                return 0;
            }
            finish(requested);
            return requested.traces;
        } finally {
            oneAtATime.unlock();
        }
    }

    /**
     * Records a delete; null if it has nothing to do. No insert may be running, so that the delete has the traces of exactly those
     * that were acknowledged before it.
     *
     * @param version of the delete: rows with higher versions stay
     */
    private @Nullable Deletion request(UUID tenantId, long version, Condition rows) {
        long traces = database.number(Sql.of(
                        "count traces to delete",
                        "SELECT uniqExact(trace_id) FROM spans WHERE tenant_id = {tenant:UUID} AND " + rows.sql())
                .with(rows)
                .with("tenant", tenantId));
        if (traces == 0) {
            return null;
        }
        database.execute(Sql.of("note traces to delete", """
                        INSERT INTO deleted_traces (tenant_id, version, trace_id)
                        SELECT DISTINCT tenant_id, {version:UInt64}, trace_id FROM spans WHERE tenant_id = {tenant:UUID} AND\s""" + rows.sql())
                .with(rows)
                .with("tenant", tenantId)
                .with("version", version));
        long noted = database.number(Sql.of(
                        "count noted traces",
                        "SELECT uniqExact(trace_id) FROM deleted_traces WHERE tenant_id = {tenant:UUID} AND version = {version:UInt64}")
                .with("tenant", tenantId)
                .with("version", version));
        note(tenantId, version, REQUESTED, noted);
        return new Deletion(tenantId, version, noted);
    }

    private void finish(Deletion requested) {
        hide(requested.tenantId, requested.version);
        note(requested.tenantId, requested.version, HIDDEN, requested.traces);
    }

    private void hide(UUID tenantId, long version) {
        layout.executeEverywhere(
                database, Sql.of("hide deleted spans", """
                DELETE FROM spans{local}{on_cluster} WHERE tenant_id = '%s' AND version <= %d AND trace_id IN (
                    SELECT trace_id FROM deleted_traces{local} WHERE tenant_id = '%s' AND version = %d)
                SETTINGS lightweight_deletes_sync = 2""".formatted(tenantId, version, tenantId, version)));
    }

    private void note(UUID tenantId, long version, int step, long traces) {
        database.execute(Sql.of("note step of delete", """
                        INSERT INTO deletions (version, tenant_id, step, traces)
                        SELECT {version:UInt64}, {tenant:UUID}, {step:UInt8}, {traces:UInt64}""")
                .with("version", version)
                .with("tenant", tenantId)
                .with("step", step)
                .with("traces", traces));
    }

    private record Deletion(UUID tenantId, long version, long traces) {}

    /** Returns how many deletes still have hidden rows on the disk. */
    public long pending() {
        return database.number(Sql.of("count pending deletes", """
                SELECT count() FROM (
                    SELECT max(step) AS last FROM deletions GROUP BY tenant_id, version HAVING last < {step:UInt8})""").with("step", ERASED));
    }

    /**
     * Finishes deletes that were interrupted or that a node of a cluster missed.
     *
     * @param until deletes with a higher version are left alone: another process may be at work on them
     */
    public void finishRequested(long until) {
        for (Deletion deletion : deletionsAt(REQUESTED, until)) {
            LOG.info("finishing an interrupted delete of {} traces", deletion.traces);
            finish(deletion);
        }
    }

    /**
     * Frees the space of hidden rows, and removes their locations.
     *
     * @param until deletes with a higher version are left alone: a write of the same traces by another process may be in flight,
     *     whose locations must stay
     */
    public void erase(long until) {
        List<Deletion> hidden = deletionsAt(HIDDEN, until);
        for (int i = 0; i < hidden.size(); i += MAX_DELETES_PER_STATEMENT) {
            eraseAll(hidden.subList(i, Math.min(hidden.size(), i + MAX_DELETES_PER_STATEMENT)));
        }
    }

    private void eraseAll(List<Deletion> hidden) {
        String deleted = "SELECT tenant_id, trace_id FROM deleted_traces{local} WHERE (tenant_id, version) IN ("
                + hidden.stream()
                        .map(deletion -> "('" + deletion.tenantId + "', " + deletion.version + ")")
                        .collect(Collectors.joining(", "))
                + ")";
        for (String table : List.of("trace_places", "trace_times", "span_places")) {
            layout.executeEverywhere(
                    database, Sql.of("remove locations of deleted traces", """
                    ALTER TABLE %s{local}{on_cluster} DELETE WHERE (tenant_id, trace_id) IN (%s) AND (tenant_id, trace_id) NOT IN (
                        SELECT tenant_id, trace_id FROM spans{local} WHERE (tenant_id, trace_id) IN (%s))
                    SETTINGS mutations_sync = 2""".formatted(table, deleted, deleted)));
        }
        layout.executeEverywhere(
                database,
                Sql.of(
                        "give space back",
                        "ALTER TABLE spans{local}{on_cluster} APPLY DELETED MASK SETTINGS mutations_sync = 2"));
        hidden.forEach(deletion -> note(deletion.tenantId, deletion.version, ERASED, deletion.traces));
    }

    /** Removes the record of the traces that were deleted up to a version and are erased. A scan that would need it is too old. */
    public void forget(long until) {
        long erasedUntil = Stream.of(deletionsAt(REQUESTED, until), deletionsAt(HIDDEN, until))
                .flatMap(List::stream)
                .mapToLong(deletion -> deletion.version - 1)
                .min()
                .orElse(until);
        long old = database.number(
                Sql.of("count old deletes", "SELECT count() FROM deleted_traces WHERE version <= {until:UInt64}")
                        .with("until", erasedUntil));
        if (old > 0) {
            layout.executeEverywhere(
                    database,
                    Sql.of(
                            "forget deletes",
                            "DELETE FROM deleted_traces{local}{on_cluster} WHERE version <= " + erasedUntil
                                    + " SETTINGS lightweight_deletes_sync = 2"));
        }
    }

    private List<Deletion> deletionsAt(int step, long until) {
        return database.read(
                Sql.of("deletions", """
                                SELECT tenant_id, version, max(traces) FROM deletions
                                WHERE version <= {until:UInt64}
                                GROUP BY tenant_id, version HAVING max(step) = {step:UInt8}""").with("step", step).with("until", until),
                row -> new Deletion(row.readUuid(), row.readLong(), row.readLong()));
    }
}
