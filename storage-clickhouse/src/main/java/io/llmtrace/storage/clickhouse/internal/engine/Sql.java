package io.llmtrace.storage.clickhouse.internal.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A statement with the values of its parameters, which its text refers to as {@code {name:Type}}.
 *
 * @param name the purpose of the statement, shown in error messages and in the server's query log
 */
public record Sql(String name, String text, Map<String, Object> parameters) {

    /** The most ids of one parameter: a server accepts about 100 KB as a value. */
    private static final int MAX_IDS = 2_000;

    public static Sql of(String name, String text) {
        return new Sql(name, text, Map.of());
    }

    public Sql with(String parameter, Object value) {
        Map<String, Object> all = new LinkedHashMap<>(parameters);
        all.put(parameter, value);
        return new Sql(name, text, all);
    }

    public Sql with(Condition condition) {
        return with(condition.parameters());
    }

    public Sql with(Map<String, Object> more) {
        Map<String, Object> all = new LinkedHashMap<>(parameters);
        all.putAll(more);
        return new Sql(name, text, all);
    }

    /** Splits ids into chunks that fit into one parameter. */
    public static List<List<UUID>> chunks(Collection<UUID> ids) {
        List<UUID> all = List.copyOf(ids);
        List<List<UUID>> chunks = new ArrayList<>();
        for (int i = 0; i < all.size(); i += MAX_IDS) {
            chunks.add(all.subList(i, Math.min(all.size(), i + MAX_IDS)));
        }
        return chunks;
    }

    /** Sets a parameter {@code {name:Array(UUID)}}; the ids must be at most one of the {@link #chunks}. */
    public Sql withIds(String parameter, Collection<UUID> ids) {
        return with(parameter, ids(ids));
    }

    /** Returns ids as the value of a parameter {@code {name:Array(UUID)}}. */
    public static String ids(Collection<UUID> ids) {
        return ids.stream().map(id -> "'" + id + "'").collect(Collectors.joining(",", "[", "]"));
    }

    /** Returns the name only: values may be anything, including prompts. */
    @Override
    public String toString() {
        return "Sql[" + name + "]";
    }
}
