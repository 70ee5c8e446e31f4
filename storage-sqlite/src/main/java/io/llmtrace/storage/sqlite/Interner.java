package io.llmtrace.storage.sqlite;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Small integers for what stands on many rows: tenants, names and sets of tags. Keeps many in memory; for the writer
 * alone, and to be cleared after a rollback.
 */
final class Interner {

    private static final int MAX_CACHED = 20_000;

    private final Map<UUID, Long> tenants = new HashMap<>();
    private final Map<String, Long> names = new HashMap<>();
    private final Map<TagSet, Long> tagSets = new HashMap<>();

    private record TagSet(long tenant, Map<String, String> tags) {}

    private interface Lookup {
        long run() throws SQLException;
    }

    long tenant(Session session, UUID tenantId) throws SQLException {
        return cached(tenants, tenantId, () -> {
            session.update("INSERT OR IGNORE INTO tenants (tenant_id) VALUES (?)", tenantId);
            return session.number("SELECT id FROM tenants WHERE tenant_id = ?", tenantId);
        });
    }

    @Nullable
    Long name(Session session, @Nullable String name) throws SQLException {
        return name == null
                ? null
                : Long.valueOf(cached(names, name, () -> {
                    session.update("INSERT OR IGNORE INTO names (name) VALUES (?)", name);
                    return session.number("SELECT id FROM names WHERE name = ?", name);
                }));
    }

    /** Null for no tags at all. */
    @Nullable
    Long tagSet(Session session, long tenant, Map<String, String> tags) throws SQLException {
        return tags.isEmpty()
                ? null
                : Long.valueOf(cached(tagSets, new TagSet(tenant, tags), () -> insertedTagSet(session, tenant, tags)));
    }

    void clear() {
        tenants.clear();
        names.clear();
        tagSets.clear();
    }

    private static long insertedTagSet(Session session, long tenant, Map<String, String> tags) throws SQLException {
        String json = TagJson.write(tags);
        Long known = session.first(
                "SELECT id FROM tag_sets WHERE tenant = ? AND tags = ?", row -> row.getLong(1), tenant, json);
        if (known != null) {
            return known;
        }
        session.update("INSERT INTO tag_sets (tenant, tags) VALUES (?, ?)", tenant, json);
        long id = session.number("SELECT last_insert_rowid()");
        for (Map.Entry<String, String> tag : tags.entrySet()) {
            session.update(
                    "INSERT INTO tags (tenant, key, value, tag_set) VALUES (?, ?, ?, ?)",
                    tenant,
                    tag.getKey(),
                    tag.getValue(),
                    id);
        }
        return id;
    }

    private static <K> long cached(Map<K, Long> cache, K key, Lookup lookup) throws SQLException {
        Long id = cache.get(key);
        if (id == null) {
            id = lookup.run();
            if (cache.size() >= MAX_CACHED) {
                cache.clear(); // cheaper than to note with each look what was looked at last
            }
            cache.put(key, id);
        }
        return id;
    }
}
