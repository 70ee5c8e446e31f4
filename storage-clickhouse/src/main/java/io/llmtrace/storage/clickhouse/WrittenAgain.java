package io.llmtrace.storage.clickhouse;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Which spans were written more than once, by their ids; perhaps some that were not. To find that out all places of a tenant are
 * read, so it is remembered, and the next time only what was written since is looked at:
 *
 * <pre>
 *   versions  ─────── known ───────┬── looked at again ──┬── new ──▶ now
 *                                  a write may take so long to arrive
 * </pre>
 */
final class WrittenAgain {

    /** Of one tenant; of more a statement finds them itself. */
    private static final int FEW = 2_000;

    private static final int MOST_TENANTS = 1_000;

    /** What clocks of machines may differ by. */
    private static final Duration CLOCKS = Duration.ofMinutes(1);

    private static final String PLACES = """
            SELECT %s FROM span_places WHERE tenant_id = {tenant:UUID}%s
            GROUP BY tenant_id, span_id, trace_id HAVING sum(length(versions)) > 1""";

    private final Database database;
    private final Map<UUID, Known> ofTenants = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Known> eldest) {
            return size() > MOST_TENANTS;
        }
    };

    WrittenAgain(Database database) {
        this.database = database;
    }

    /** @param until the version up to which all places were there */
    private record Known(Set<UUID> spans, long until) {
        boolean isMany() {
            return spans.size() > FEW;
        }
    }

    /** On a row of {@code spans} or {@code span_places} of the tenant; {@link #NONE} if there is no such span. */
    Condition of(UUID tenantId) {
        Known known = refreshed(tenantId);
        if (known.isMany()) {
            return Condition.of("(trace_id, span_id) IN (" + PLACES.formatted("trace_id, span_id", "") + ")");
        }
        return known.spans.isEmpty()
                ? NONE
                : Condition.of("span_id IN {written_again:Array(UUID)}", "written_again", Sql.ids(known.spans));
    }

    static final Condition NONE = Condition.of("FALSE");

    private Known refreshed(UUID tenantId) {
        Known before;
        synchronized (ofTenants) {
            before = ofTenants.get(tenantId);
        }
        if (before != null && before.isMany()) {
            return before;
        }
        Duration onTheWay = database.settings().writeTimeout().multipliedBy(2).plus(CLOCKS);
        long until = Versions.at(Instant.now()) - onTheWay.toNanos();
        Set<UUID> spans = new LinkedHashSet<>(before == null ? Set.of() : before.spans);
        spans.addAll(before == null ? all(tenantId) : since(tenantId, before.until));
        Known now = new Known(spans, until);
        synchronized (ofTenants) {
            ofTenants.put(tenantId, now);
        }
        return now;
    }

    private List<UUID> all(UUID tenantId) {
        return find(Sql.of("spans written again", distinct("")).with("tenant", tenantId));
    }

    private List<UUID> since(UUID tenantId, long version) {
        String written = " AND span_id IN ("
                + "SELECT span_id FROM span_places WHERE tenant_id = {tenant:UUID} AND arrayMax(versions) > {since:UInt64})";
        return find(Sql.of("spans written again since", distinct(written))
                .with("tenant", tenantId)
                .with("since", version));
    }

    private static String distinct(String condition) {
        return "SELECT DISTINCT span_id FROM (" + PLACES.formatted("span_id", condition) + ") LIMIT " + (FEW + 1)
                + " SETTINGS optimize_aggregation_in_order = 1";
    }

    private List<UUID> find(Sql sql) {
        return database.read(sql, RowInput::readUuid);
    }
}
