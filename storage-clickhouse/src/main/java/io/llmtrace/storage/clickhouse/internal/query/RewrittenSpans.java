package io.llmtrace.storage.clickhouse.internal.query;

import io.llmtrace.storage.clickhouse.internal.engine.Condition;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.RowInput;
import io.llmtrace.storage.clickhouse.internal.engine.Sql;
import io.llmtrace.storage.clickhouse.internal.engine.Versions;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The spans written more than once, by span id; a few others may be among them. Finding them reads all locations of a tenant, so
 * they are cached, and later calls read only the locations written since. The last of the known ones are read again, since an
 * insert with a lower version may have arrived after them:
 *
 * <pre>
 *   versions  ─────── known ───────┬───── read again ─────┬── new ──▶ now
 *                                  └ the time that an     ┘
 *                                    insert may take
 * </pre>
 */
public final class RewrittenSpans {

    /** The most ids that are cached for a tenant and sent as a parameter; a tenant with more needs a subquery in each statement. */
    private static final int FEW = 2_000;

    private static final int MAX_TENANTS = 1_000;

    /** How far the clocks of writing machines may differ. */
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

    static final Condition NONE = Condition.of("FALSE");

    private static final String REWRITTEN = """
            SELECT %s FROM span_places WHERE tenant_id = {tenant:UUID}%s
            GROUP BY tenant_id, span_id, trace_id HAVING sum(length(versions)) > 1""";

    private final Database database;
    private final OutdatedAttributes outdatedAttributes;
    private final Map<UUID, Known> byTenant = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Known> eldest) {
            return size() > MAX_TENANTS;
        }
    };

    public RewrittenSpans(Database database) {
        this.database = database;
        this.outdatedAttributes = new OutdatedAttributes(database);
    }

    /** Returns what is known of the rows that an earlier version wrote. */
    OutdatedAttributes outdatedAttributes() {
        return outdatedAttributes;
    }

    /** @param until the version up to which all locations had arrived */
    private record Known(Set<UUID> spans, long until) {
        boolean isMany() {
            return spans.size() > FEW;
        }
    }

    /**
     * Returns a condition on a row of {@code spans} or {@code span_places} of the tenant that is true for rewritten spans;
     * {@link #NONE} if there are none.
     */
    Condition of(UUID tenantId) {
        Known known = refreshed(tenantId);
        if (known.isMany()) {
            return Condition.of("(trace_id, span_id) IN (" + REWRITTEN.formatted("trace_id, span_id", "") + ")");
        }
        return known.spans.isEmpty()
                ? NONE
                : Condition.of("span_id IN {rewritten:Array(UUID)}", "rewritten", Sql.ids(known.spans));
    }

    private Known refreshed(UUID tenantId) {
        Known before;
        synchronized (byTenant) {
            before = byTenant.get(tenantId);
        }
        if (before != null && before.isMany()) {
            return before;
        }
        Duration longestWrite =
                database.settings().writeTimeout().multipliedBy(2).plus(CLOCK_SKEW);
        long until = Versions.at(Instant.now()) - longestWrite.toNanos();
        Set<UUID> spans = new LinkedHashSet<>(before == null ? Set.of() : before.spans);
        spans.addAll(before == null ? all(tenantId) : writtenSince(tenantId, before.until));
        Known known = new Known(spans, until);
        synchronized (byTenant) {
            byTenant.put(tenantId, known);
        }
        return known;
    }

    private List<UUID> all(UUID tenantId) {
        return find(Sql.of("rewritten spans", distinct("")).with("tenant", tenantId));
    }

    private List<UUID> writtenSince(UUID tenantId, long version) {
        String written = " AND span_id IN ("
                + "SELECT span_id FROM span_places WHERE tenant_id = {tenant:UUID} AND arrayMax(versions) > {since:UInt64})";
        return find(Sql.of("spans rewritten since", distinct(written))
                .with("tenant", tenantId)
                .with("since", version));
    }

    private static String distinct(String condition) {
        return "SELECT DISTINCT span_id FROM (" + REWRITTEN.formatted("span_id", condition) + ") LIMIT " + (FEW + 1)
                + " SETTINGS optimize_aggregation_in_order = 1";
    }

    private List<UUID> find(Sql sql) {
        return database.lookUp(sql, RowInput::readUuid);
    }
}
