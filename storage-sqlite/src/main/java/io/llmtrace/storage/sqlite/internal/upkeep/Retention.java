package io.llmtrace.storage.sqlite.internal.upkeep;

import io.llmtrace.model.Times;
import io.llmtrace.storage.ExpiredTraces;
import io.llmtrace.storage.RetentionBasis;
import io.llmtrace.storage.RetentionRule;
import io.llmtrace.storage.sqlite.internal.engine.Database;
import io.llmtrace.storage.sqlite.internal.engine.ResultRow;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.engine.WriteKind;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How long the traces of each tenant are kept. */
public final class Retention {

    /**
     * Whether the last end of a trace {@code t} is too late for it to expire, given that it was created early enough. Its end is
     * never before its {@code created_at}.
     */
    static final String ENDED_LATER =
            "EXISTS (SELECT 1 FROM spans s WHERE s.trace = t.id AND coalesce(s.end_time, s.start_time) >= ?)";

    private final Database database;

    /** Creates the retention of a file. */
    public Retention(Database database) {
        this.database = database;
    }

    /** Returns the rule of a tenant; null if its traces are kept until they are deleted. */
    public @Nullable RetentionRule of(UUID tenantId) {
        return database.read(connection -> Optional.ofNullable(connection.first(
                        "SELECT retention_days, retention_by FROM tenants"
                                + " WHERE tenant_id = ? AND retention_days IS NOT NULL",
                        Retention::rule,
                        tenantId)))
                .orElse(null);
    }

    /** Returns the rules of all tenants that have one. */
    public Map<UUID, RetentionRule> all() {
        return database.read(connection -> {
            Map<UUID, RetentionRule> rules = new HashMap<>();
            connection.each(
                    "SELECT retention_days, retention_by, tenant_id FROM tenants WHERE retention_days IS NOT NULL",
                    row -> rules.put(row.id("tenant_id"), rule(row)));
            return rules;
        });
    }

    /**
     * Sets the rule of a tenant.
     *
     * @param rule null if its traces are kept until they are deleted
     */
    public void set(UUID tenantId, @Nullable RetentionRule rule) {
        database.write(WriteKind.DELETES, connection -> {
            connection.update("INSERT OR IGNORE INTO tenants (tenant_id) VALUES (?)", tenantId);
            return connection.update(
                    "UPDATE tenants SET retention_days = ?, retention_by = ? WHERE tenant_id = ?",
                    rule == null ? null : rule.days(),
                    rule == null ? null : rule.by().text(),
                    tenantId);
        });
    }

    /**
     * Counts the traces that a rule would delete.
     *
     * @param tenant its row id
     */
    public static ExpiredTraces countExpired(SqliteConnection connection, long tenant, RetentionRule rule, Instant now)
            throws SQLException {
        Object cutoff = Deletes.nanosOrNever(rule.cutoff(now));
        String counts = """
                SELECT count(*) AS traces, min(created_at) AS oldest, max(created_at) AS newest,
                    coalesce(sum((SELECT count(*) FROM spans s WHERE s.trace = t.id)), 0) AS spans
                FROM traces t WHERE t.tenant = ? AND t.created_at < ?""";
        return Objects.requireNonNull(
                rule.by() == RetentionBasis.START
                        ? connection.first(counts, Retention::counted, tenant, cutoff)
                        : connection.first(
                                counts + " AND NOT " + ENDED_LATER, Retention::counted, tenant, cutoff, cutoff));
    }

    private static ExpiredTraces counted(ResultRow row) throws SQLException {
        long traces = row.number("traces");
        if (traces == 0) {
            return ExpiredTraces.NONE;
        }
        return ExpiredTraces.builder()
                .traces(traces)
                .spans(row.number("spans"))
                .oldestTrace(Times.ofNanos(row.number("oldest")))
                .newestTrace(Times.ofNanos(row.number("newest")))
                .build();
    }

    /** Reads a rule from the columns {@code retention_days, retention_by}, the first of a row. */
    private static RetentionRule rule(ResultRow row) throws SQLException {
        String by = row.textOrNull(2);
        return RetentionRule.of((int) row.number(1), by == null ? RetentionBasis.START : RetentionBasis.ofText(by));
    }
}
