package io.llmtrace.storage.sqlite.internal.write;

import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.format.TagJson;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Assigns ids to values that many rows share: tenants, names and sets of tags. It caches ids, so it must be cleared after a
 * rollback. Used on the writing connection only.
 */
public final class DictionaryWriter {

    private static final int MAX_CACHED = 20_000;

    private final Map<UUID, Long> tenants = new HashMap<>();
    private final Map<String, Long> names = new HashMap<>();
    private final Map<TagSet, Long> tagSets = new HashMap<>();

    private record TagSet(long tenant, Map<String, String> tags) {}

    private interface Lookup {
        long run() throws SQLException;
    }

    /** Returns the row id of a tenant; stores it first if it is new. */
    long tenant(SqliteConnection connection, UUID tenantId) throws SQLException {
        return cached(tenants, tenantId, () -> {
            connection.update("INSERT OR IGNORE INTO tenants (tenant_id) VALUES (?)", tenantId);
            return connection.number("SELECT id FROM tenants WHERE tenant_id = ?", tenantId);
        });
    }

    /** Returns the id of a name; stores it first if it is new. */
    long name(SqliteConnection connection, String name) throws SQLException {
        return cached(names, name, () -> {
            connection.update("INSERT OR IGNORE INTO names (name) VALUES (?)", name);
            return connection.number("SELECT id FROM names WHERE name = ?", name);
        });
    }

    /** Returns the id of a set of tags; stores it first if it is new. Null for no tags. */
    @Nullable
    Long tagSet(SqliteConnection connection, long tenant, Map<String, String> tags) throws SQLException {
        return tags.isEmpty()
                ? null
                : Long.valueOf(
                        cached(tagSets, new TagSet(tenant, tags), () -> insertedTagSet(connection, tenant, tags)));
    }

    void clear() {
        tenants.clear();
        names.clear();
        tagSets.clear();
    }

    private static long insertedTagSet(SqliteConnection connection, long tenant, Map<String, String> tags)
            throws SQLException {
        String json = TagJson.write(tags);
        Long known = connection.numberOrNull("SELECT id FROM tag_sets WHERE tenant = ? AND tags = ?", tenant, json);
        if (known != null) {
            return known;
        }
        connection.update("INSERT INTO tag_sets (tenant, tags) VALUES (?, ?)", tenant, json);
        long id = connection.number("SELECT last_insert_rowid()");
        for (Map.Entry<String, String> tag : tags.entrySet()) {
            connection.update(
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
                cache.clear(); // cheaper than keeping track of the last use of each
            }
            cache.put(key, id);
        }
        return id;
    }
}
