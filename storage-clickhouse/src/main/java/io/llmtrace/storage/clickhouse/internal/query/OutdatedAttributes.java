package io.llmtrace.storage.clickhouse.internal.query;

import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.clickhouse.internal.engine.Condition;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.Sql;
import io.llmtrace.storage.clickhouse.internal.read.IndexedTokens;
import io.llmtrace.storage.clickhouse.internal.read.SpanColumns;
import io.llmtrace.storage.filter.AttributeCriterion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Finds rows by their attributes that an earlier version wrote, which have no tokens for these until they are indexed again. Their
 * attributes are read and compared one by one, and the rows that pass are named in the statement.
 */
final class OutdatedAttributes {

    /** More rows would not fit into a statement. */
    private static final int MAX_ROWS = 10_000;

    /** For how long it is remembered that there are no such rows: a process of an earlier version may still write. */
    private static final long REMEMBERED_NANOS = Duration.ofSeconds(10).toNanos();

    private final Database database;
    private volatile long noneSince;
    private volatile boolean none;

    OutdatedAttributes(Database database) {
        this.database = database;
    }

    /**
     * Returns conditions on a row of {@code spans} of which one holds for the outdated rows that pass; empty if there are none.
     *
     * @param parameter returns the name of a parameter that the statement has no other of
     * @throws UnavailableException if there are too many such rows
     */
    List<Condition> matching(UUID tenantId, AttributeCriterion criterion, Supplier<String> parameter) {
        if (none && System.nanoTime() - noneSince < REMEMBERED_NANOS) {
            return List.of();
        }
        long outdated = database.number(
                Sql.of("count outdated rows", "SELECT count() FROM spans WHERE " + IndexedTokens.OUTDATED));
        if (outdated == 0) {
            noneSince = System.nanoTime();
            none = true;
            return List.of();
        }
        return Sql.chunks(passing(tenantId, criterion, outdated)).stream()
                .map(rows -> {
                    String name = parameter.get();
                    return Condition.of(IndexedTokens.ROW + " IN {" + name + ":Array(UUID)}", name, Sql.ids(rows));
                })
                .toList();
    }

    private List<UUID> passing(UUID tenantId, AttributeCriterion criterion, long outdated) {
        List<UUID> passing = new ArrayList<>();
        database.streamWhile(
                Sql.of(
                                "outdated rows",
                                "SELECT " + IndexedTokens.ROW
                                        + ", attributes FROM spans WHERE tenant_id = {tenant:UUID}"
                                        + " AND attributes != '' AND " + IndexedTokens.OUTDATED)
                        .with("tenant", tenantId),
                row -> {
                    UUID id = row.readUuid();
                    if (criterion.passes(SpanColumns.readAttributes(row))) {
                        passing.add(id);
                    }
                    return passing.size() <= MAX_ROWS;
                });
        if (passing.size() > MAX_ROWS) {
            throw new UnavailableException("more than " + MAX_ROWS + " spans pass @" + criterion.path()
                    + " that an earlier version stored; they can be asked for when their attributes are indexed,"
                    + " which still has to be done for " + outdated + " spans (text_index_pending)");
        }
        return passing;
    }
}
