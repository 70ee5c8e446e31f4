package io.llmtrace.storage.sqlite;

import io.llmtrace.model.Ids;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How many days the traces of each tenant are kept. */
final class Retention {

    private final Database database;

    Retention(Database database) {
        this.database = database;
    }

    @Nullable
    Integer daysOf(UUID tenantId) {
        return database.read(session -> Optional.ofNullable(session.first(
                        "SELECT retention_days FROM tenants WHERE tenant_id = ? AND retention_days IS NOT NULL",
                        row -> row.getInt(1),
                        tenantId)))
                .orElse(null);
    }

    /** Of the tenants that have some. */
    Map<UUID, Integer> days() {
        return database.read(session -> {
            Map<UUID, Integer> days = new HashMap<>();
            session.each(
                    "SELECT tenant_id, retention_days FROM tenants WHERE retention_days IS NOT NULL",
                    row -> days.put(Ids.ofBytes(row.getBytes(1)), row.getInt(2)));
            return days;
        });
    }

    /** @param days null: until they are deleted */
    void set(UUID tenantId, @Nullable Integer days) {
        database.write(session -> {
            session.update("INSERT OR IGNORE INTO tenants (tenant_id) VALUES (?)", tenantId);
            return session.update("UPDATE tenants SET retention_days = ? WHERE tenant_id = ?", days, tenantId);
        });
    }
}
