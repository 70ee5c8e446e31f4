package io.llmtrace.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Copies maps of strings: immutable, in the same order, with a message that names a null. */
final class StringMaps {

    private StringMaps() {}

    static Map<String, String> copyOf(@Nullable Map<String, String> values, String field) {
        if (values == null || values.isEmpty()) {
            return Map.of();
        }
        Map<String, String> copy = new LinkedHashMap<>(values.size() * 2);
        values.forEach((key, value) -> {
            if (key == null) {
                throw new IllegalArgumentException(field + " has a key that is not text: null");
            }
            if (value == null) {
                throw new IllegalArgumentException(field + " has no value for key: " + key);
            }
            Texts.requireStorable(key, field);
            Texts.check(value, () -> field + "." + key);
            copy.put(key, value);
        });
        return Collections.unmodifiableMap(copy);
    }
}
