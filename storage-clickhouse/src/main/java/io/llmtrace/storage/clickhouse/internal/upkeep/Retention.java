package io.llmtrace.storage.clickhouse.internal.upkeep;

import io.llmtrace.storage.RetentionBasis;
import io.llmtrace.storage.RetentionRule;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.RowInput;
import io.llmtrace.storage.clickhouse.internal.engine.Sql;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Stores how long the traces of each tenant are kept. Of the two numbers of days of a row, at most one is not 0. */
public final class Retention {

    private static final int NONE = 0;

    /** The days of the row that was written last, with those of each age in the order of {@link #rule}. */
    private static final String LAST =
            "toInt32(argMax(days, version)) AS after_start, toInt32(argMax(days_after_end, version)) AS after_end";

    private final Database database;

    public Retention(Database database) {
        this.database = database;
    }

    /** Returns the rule of a tenant; null if its traces are kept until they are deleted. */
    public @Nullable RetentionRule of(UUID tenantId) {
        return database.first(
                Sql.of(
                                "retention of a tenant",
                                "SELECT " + LAST + " FROM retention WHERE tenant_id = {tenant:UUID}"
                                        + " HAVING after_start + after_end != 0")
                        .with("tenant", tenantId),
                Retention::rule);
    }

    /** Returns the rules of all tenants that have one. */
    public Map<UUID, RetentionRule> all() {
        return database
                .read(
                        Sql.of(
                                "retention",
                                "SELECT tenant_id, " + LAST + " FROM retention GROUP BY tenant_id"
                                        + " HAVING after_start + after_end != 0"),
                        row -> Map.entry(row.readUuid(), rule(row)))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static RetentionRule rule(RowInput row) throws IOException {
        int afterStart = row.readInt();
        int afterEnd = row.readInt();
        return afterStart == NONE
                ? RetentionRule.of(afterEnd, RetentionBasis.END)
                : RetentionRule.of(afterStart, RetentionBasis.START);
    }

    /**
     * Sets the rule of a tenant.
     *
     * @param rule null to keep traces until they are deleted
     * @param version higher than those of all earlier settings, so that this one counts
     */
    public void set(UUID tenantId, @Nullable RetentionRule rule, long version) {
        database.execute(Sql.of("set retention", """
                        INSERT INTO retention (tenant_id, days, days_after_end, version)
                        SELECT {tenant:UUID}, {days:UInt16}, {days_after_end:UInt16}, {version:UInt64}""")
                .with("tenant", tenantId)
                .with("days", rule == null || rule.by() != RetentionBasis.START ? NONE : rule.days())
                .with("days_after_end", rule == null || rule.by() != RetentionBasis.END ? NONE : rule.days())
                .with("version", version));
    }
}
