package io.llmtrace.storage.clickhouse;

import io.llmtrace.model.Times;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes traces. A delete is first written down, with the traces that it is about; then their rows are hidden, by their ids
 * and their versions, so that what is written from then on stays. If the process ends in between, the next one to open the
 * store goes on.
 *
 * <pre>
 *   deletions: 1 requested  ──▶  2 hidden  ──▶  3 erased
 *              traces noted      no read        rows are gone from the disk, and from the tables of places
 *                                shows them
 * </pre>
 */
final class Deletes {

    private static final Logger LOG = LoggerFactory.getLogger(Deletes.class);

    private static final int REQUESTED = 1;
    private static final int HIDDEN = 2;
    private static final int ERASED = 3;

    private static final int MOST_AT_ONCE = 500;

    private final Database database;
    private final Layout layout;

    Deletes(Database database, Layout layout) {
        this.database = database;
        this.layout = layout;
    }

    /** @return how many traces */
    long before(UUID tenantId, Instant time, long version) {
        if (!time.isAfter(Times.EARLIEST)) {
            return 0;
        }
        long nanos = Times.toNanos(time);
        // What lies at the very end of time would not be before its nanoseconds.
        String than = time.isAfter(Times.LATEST) ? "<=" : "<";
        return delete(
                tenantId,
                version,
                new Condition(
                        "start_hour <= {hour:Int32} AND start_time " + than
                                + " fromUnixTimestamp64Nano({time:Int64}, 'UTC') AND row_kind != 1",
                        Map.of("hour", Row.hourOf(nanos), "time", nanos)));
    }

    boolean trace(UUID tenantId, UUID traceId, long version) {
        return delete(tenantId, version, Condition.of("""
                                trace_id = {trace:UUID} AND start_hour IN (
                                    SELECT start_hour FROM trace_places WHERE tenant_id = {tenant:UUID} AND trace_id = {trace:UUID})""", "trace", traceId)) > 0;
    }

    private long delete(UUID tenantId, long version, Condition rows) {
        long traces = database.number(Sql.of(
                        "count traces to delete",
                        "SELECT uniqExact(trace_id) FROM spans WHERE tenant_id = {tenant:UUID} AND " + rows.sql())
                .with(rows)
                .with("tenant", tenantId));
        if (traces == 0) {
            return 0;
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
        hide(tenantId, version);
        note(tenantId, version, HIDDEN, noted);
        return noted;
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

    private record Deletion(UUID tenantId, long version, int step, long traces) {}

    /** How many deletes still have rows on the disk, which no read shows. */
    long pending() {
        return database.number(Sql.of("count pending deletes", """
                SELECT count() FROM (
                    SELECT max(step) AS last FROM deletions GROUP BY tenant_id, version HAVING last < {step:UInt8})""").with("step", ERASED));
    }

    /**
     * Does what is left of deletes that were cut off, or that a node of a cluster was not there for.
     *
     * @param until deletes with a higher version stay as they are: another process may be about them
     */
    void finishRequested(long until) {
        for (Deletion deletion : deletionsAt(REQUESTED, until)) {
            LOG.info("finishing a delete of {} traces that was cut off", deletion.traces);
            hide(deletion.tenantId, deletion.version);
            note(deletion.tenantId, deletion.version, HIDDEN, deletion.traces);
        }
    }

    /**
     * Gives the space of hidden rows back, and forgets where they were.
     *
     * @param until deletes with a higher version stay as they are: a write of another process may be under way that leads to
     *     the same traces
     */
    void erase(long until) {
        List<Deletion> hidden = deletionsAt(HIDDEN, until);
        for (int i = 0; i < hidden.size(); i += MOST_AT_ONCE) {
            eraseAll(hidden.subList(i, Math.min(hidden.size(), i + MOST_AT_ONCE)));
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
                    database, Sql.of("forget places of deleted traces", """
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

    /** Forgets which traces were deleted up to a version, where their rows are gone: no walk asks for it any more. */
    void forget(long until) {
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
                                SELECT tenant_id, version, max(step) AS last, max(traces) FROM deletions
                                WHERE version <= {until:UInt64}
                                GROUP BY tenant_id, version HAVING last = {step:UInt8}""").with("step", step).with("until", until),
                row -> new Deletion(row.readUuid(), row.readLong(), row.readByte(), row.readLong()));
    }
}
