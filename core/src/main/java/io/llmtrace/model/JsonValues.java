package io.llmtrace.model;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Copies free-form JSON that is represented as plain Java values: null, {@link Boolean}, {@link Long}, {@link BigInteger} for
 * whole numbers beyond 64 bits, {@link Double}, {@link String}, {@link List} and {@link Map}. Whole numbers and floating-point
 * numbers are distinct: {@code 1} is a Long and {@code 1.0} a Double.
 */
public final class JsonValues {

    private static final BigInteger LONG_MIN = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);
    private static final int MAX_DEPTH = 500;

    /** The most digits of a whole number. JSON parsers refuse longer ones, since parsing takes quadratic time. */
    private static final int MAX_DIGITS = 999;

    private static final BigInteger TOO_LARGE = BigInteger.TEN.pow(MAX_DIGITS);

    private JsonValues() {}

    /**
     * Returns an immutable deep copy with the types above: an Integer becomes a Long, a Float a Double.
     *
     * @param field the name of the value in messages
     * @throws IllegalArgumentException if a value has no JSON form, such as NaN, or is nested deeper than 500 levels; the
     *     message begins with {@code field}
     */
    public static Map<String, @Nullable Object> copyOf(Map<String, ? extends @Nullable Object> values, String field) {
        return values instanceof Copied copied ? copied : new Copied(copyMap(values, field, 1));
    }

    /**
     * Returns an immutable deep copy of a value of any of these types, like {@link #copyOf(Map, String)}.
     *
     * @param field the name of the value in messages
     * @throws IllegalArgumentException if a value has no JSON form, such as NaN, or is nested deeper than 500 levels; the
     *     message begins with {@code field}
     */
    public static @Nullable Object copyOf(@Nullable Object value, String field) {
        return copy(value, field, 0);
    }

    private static @Nullable Object copy(@Nullable Object value, String field, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException(field + " is nested deeper than " + MAX_DEPTH + " levels");
        }
        if (value == null || value instanceof Boolean || value instanceof Long) {
            return value;
        }
        if (value instanceof String text) {
            return Texts.requireStorable(text, field);
        }
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        if (value instanceof Double || value instanceof Float || value instanceof BigDecimal) {
            return finite(((Number) value).doubleValue(), field);
        }
        if (value instanceof BigInteger big) {
            return whole(big, field);
        }
        if (value instanceof List<?> list) {
            return copyList(list, field, depth + 1);
        }
        if (value instanceof Map<?, ?> map) {
            return copyMap(map, field, depth + 1);
        }
        throw new IllegalArgumentException(
                field + " has a value that is not JSON: " + value.getClass().getName());
    }

    private static List<@Nullable Object> copyList(List<?> values, String field, int depth) {
        List<@Nullable Object> copy = new ArrayList<>(values.size());
        for (int i = 0; i < values.size(); i++) {
            copy.add(copy(values.get(i), field, depth));
        }
        return Collections.unmodifiableList(copy);
    }

    private static Map<String, @Nullable Object> copyMap(Map<?, ?> values, String field, int depth) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>(values.size() * 2);
        for (Map.Entry<?, ?> entry : values.entrySet()) {
            if (!(entry.getKey() instanceof String key)) {
                throw new IllegalArgumentException(field + " has a key that is not text: " + entry.getKey());
            }
            Texts.requireStorable(key, field);
            copy.put(key, copy(entry.getValue(), field, depth));
        }
        return Collections.unmodifiableMap(copy);
    }

    private static Object whole(BigInteger value, String field) {
        if (value.compareTo(LONG_MIN) >= 0 && value.compareTo(LONG_MAX) <= 0) {
            return value.longValue();
        }
        if (value.abs().compareTo(TOO_LARGE) >= 0) {
            throw new IllegalArgumentException(field + " has a whole number of more than " + MAX_DIGITS + " digits");
        }
        return value;
    }

    private static Double finite(double value, String field) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(field + " has a number that JSON cannot hold: " + value);
        }
        return value;
    }

    /** A map that was checked and copied already, so that editing a span does not copy its attributes again. */
    private static final class Copied extends AbstractMap<String, @Nullable Object> {
        private final Map<String, @Nullable Object> values;

        Copied(Map<String, @Nullable Object> values) {
            this.values = values;
        }

        @Override
        public @Nullable Object get(Object key) {
            return values.get(key);
        }

        @Override
        public boolean containsKey(Object key) {
            return values.containsKey(key);
        }

        @Override
        public Set<Map.Entry<String, @Nullable Object>> entrySet() {
            return values.entrySet();
        }
    }
}
