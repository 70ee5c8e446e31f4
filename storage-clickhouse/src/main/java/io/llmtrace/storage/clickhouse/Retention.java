package io.llmtrace.storage.clickhouse;

import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How many days the traces of each tenant are kept. */
final class Retention {

    private static final int UNTIL_DELETED = 0;

    private final Database database;

    Retention(Database database) {
        this.database = database;
    }

    @Nullable
    Integer daysOf(UUID tenantId) {
        return database.first(
                Sql.of("retention of a tenant", """
                                SELECT toInt32(argMax(days, version)) AS last FROM retention WHERE tenant_id = {tenant:UUID}
                                HAVING last != {until_deleted:Int32}""").with("tenant", tenantId).with("until_deleted", UNTIL_DELETED),
                RowInput::readInt);
    }

    /** Of the tenants that have some. */
    Map<UUID, Integer> days() {
        return database
                .read(
                        Sql.of("retention", """
                                SELECT tenant_id, toInt32(argMax(days, version)) AS last FROM retention GROUP BY tenant_id
                                HAVING last != {until_deleted:Int32}""").with("until_deleted", UNTIL_DELETED),
                        row -> Map.entry(row.readUuid(), row.readInt()))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /**
     * @param days null: until they are deleted
     * @param version higher than that of what was said before
     */
    void set(UUID tenantId, @Nullable Integer days, long version) {
        database.execute(Sql.of(
                        "set retention",
                        "INSERT INTO retention (tenant_id, days, version) SELECT {tenant:UUID}, {days:UInt16}, {version:UInt64}")
                .with("tenant", tenantId)
                .with("days", days == null ? UNTIL_DELETED : days)
                .with("version", version));
    }
}
