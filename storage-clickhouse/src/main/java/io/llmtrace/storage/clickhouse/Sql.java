package io.llmtrace.storage.clickhouse;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A statement with the values of its parameters, which stand in it as {@code {name:Type}}.
 *
 * @param name what it is for, as the server's query log shows it
 */
record Sql(String name, String text, Map<String, Object> parameters) {

    private static final int MOST_IDS = 2_000;

    static Sql of(String name, String text) {
        return new Sql(name, text, Map.of());
    }

    Sql with(String parameter, Object value) {
        Map<String, Object> all = new LinkedHashMap<>(parameters);
        all.put(parameter, value);
        return new Sql(name, text, all);
    }

    Sql with(Condition condition) {
        Map<String, Object> all = new LinkedHashMap<>(parameters);
        all.putAll(condition.parameters());
        return new Sql(name, text, all);
    }

    /** A server takes some 100 KB as the value of one parameter: the ids in parts that fit. */
    static List<List<UUID>> parts(Collection<UUID> ids) {
        List<UUID> all = List.copyOf(ids);
        List<List<UUID>> parts = new ArrayList<>();
        for (int i = 0; i < all.size(); i += MOST_IDS) {
            parts.add(all.subList(i, Math.min(all.size(), i + MOST_IDS)));
        }
        return parts;
    }

    /** Ids as the value of a parameter {@code {name:Array(UUID)}}; not more than {@link #parts} gives. */
    Sql withIds(String parameter, Collection<UUID> ids) {
        return with(parameter, ids(ids));
    }

    /** As {@link #withIds} gives them to a parameter. */
    static String ids(Collection<UUID> ids) {
        return ids.stream().map(id -> "'" + id + "'").collect(Collectors.joining(",", "[", "]"));
    }

    Sql with(CurrentRows.Table table) {
        Map<String, Object> all = new LinkedHashMap<>(parameters);
        all.putAll(table.parameters());
        return new Sql(name, text, all);
    }

    /** Without the values: they may be anything. */
    @Override
    public String toString() {
        return "Sql[" + name + "]";
    }
}
