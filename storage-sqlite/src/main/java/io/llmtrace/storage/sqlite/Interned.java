package io.llmtrace.storage.sqlite;

import io.llmtrace.storage.CorruptStoreException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the small integers of an {@link Interner} stand for. Remembers what it has read: an id is never given to another name
 * or set of tags, also when the first is gone.
 */
final class Interned {

    private static final int MAX_CACHED = 20_000;

    private final Session session;
    private final Map<Long, String> names = new HashMap<>();
    private final Map<Long, Map<String, String>> tagSets = new HashMap<>();

    Interned(Session session) {
        this.session = session;
    }

    @Nullable
    String nameOrNull(@Nullable Long id) throws SQLException {
        return id == null ? null : name(id);
    }

    String name(long id) throws SQLException {
        String name = names.get(id);
        if (name == null) {
            name = text("SELECT name FROM names WHERE id = ?", id);
            put(names, id, name);
        }
        return name;
    }

    /** No tags for null. */
    Map<String, String> tags(@Nullable Long id) throws SQLException {
        if (id == null) {
            return Map.of();
        }
        Map<String, String> tags = tagSets.get(id);
        if (tags == null) {
            tags = TagJson.read(text("SELECT tags FROM tag_sets WHERE id = ?", id));
            put(tagSets, id, tags);
        }
        return tags;
    }

    /** After a rollback, which takes ids back. */
    void clear() {
        names.clear();
        tagSets.clear();
    }

    private String text(String select, long id) throws SQLException {
        String text = session.first(select, row -> row.getString(1), id);
        if (text == null) {
            throw new CorruptStoreException("a span refers to a name or a set of tags that is missing: " + id);
        }
        return text;
    }

    private static <T> void put(Map<Long, T> cache, long id, T value) {
        if (cache.size() >= MAX_CACHED) {
            cache.clear();
        }
        cache.put(id, value);
    }
}
