package io.llmtrace.storage.sqlite.internal.engine;

import io.llmtrace.storage.sqlite.internal.format.DamagedDataException;
import io.llmtrace.storage.sqlite.internal.format.TagJson;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The dictionary of names and tag sets, which rows store as ids of the {@code names} and {@code tag_sets} tables. Entries are cached
 * without expiry: an id is never assigned again, even after its name is removed.
 */
public final class DictionaryReader {

    private static final int MAX_CACHED = 20_000;

    private final SqliteConnection connection;
    private final Map<Long, String> names = new HashMap<>();
    private final Map<Long, Map<String, String>> tagSets = new HashMap<>();

    DictionaryReader(SqliteConnection connection) {
        this.connection = connection;
    }

    /**
     * Returns the name that has an id.
     *
     * @throws DamagedDataException if there is none
     */
    public String name(long id) throws SQLException {
        String name = names.get(id);
        if (name == null) {
            name = text("SELECT name AS value FROM names WHERE id = ?", id);
            put(names, id, name);
        }
        return name;
    }

    /** Returns the name that has an id; null for a null id. */
    public @Nullable String nameOrNull(@Nullable Long id) throws SQLException {
        return id == null ? null : name(id);
    }

    /** Returns the id of a name; null if the dictionary lacks the name. */
    public @Nullable Long idOf(String name) throws SQLException {
        return connection.numberOrNull("SELECT id FROM names WHERE name = ?", name);
    }

    /** Returns the tags of a set; no tags for a null id. */
    public Map<String, String> tags(@Nullable Long id) throws SQLException {
        if (id == null) {
            return Map.of();
        }
        Map<String, String> tags = tagSets.get(id);
        if (tags == null) {
            tags = TagJson.read(text("SELECT tags AS value FROM tag_sets WHERE id = ?", id));
            put(tagSets, id, tags);
        }
        return tags;
    }

    /** Empties the cache after a rollback: the ids that the transaction assigned may be assigned to other names now. */
    void clear() {
        names.clear();
        tagSets.clear();
    }

    private String text(String select, long id) throws SQLException {
        String text = connection.first(select, row -> row.text("value"), id);
        if (text == null) {
            throw new DamagedDataException("a span refers to a name or a set of tags that is missing: " + id);
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
