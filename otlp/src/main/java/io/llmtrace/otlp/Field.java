package io.llmtrace.otlp;

import io.opentelemetry.proto.common.v1.AnyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One line of the mapping: the keys that may hold a field, in the order of preference, and how to read them. The first key
 * whose value decodes wins.
 */
record Field<T>(Function<@Nullable AnyValue, @Nullable T> decoder, List<String> keys) {

    static Field<String> identifier(String... keys) {
        return new Field<>(Decode::identifier, List.of(keys));
    }

    static Field<String> text(String... keys) {
        return new Field<>(Decode::text, List.of(keys));
    }

    static Field<Long> count(String... keys) {
        return new Field<>(Decode::count, List.of(keys));
    }

    static Field<Double> amount(String... keys) {
        return new Field<>(Decode::amount, List.of(keys));
    }

    @Nullable
    T of(SpanView view) {
        for (String key : keys) {
            T value = decoder.apply(view.attribute(key));
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    /** As {@link #of}, but what the span does not say its scope or resource may. */
    @Nullable
    T ofSurroundings(SpanView view) {
        for (String key : keys) {
            T value = decoder.apply(view.nearest(key));
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    /** Every value that decodes, in the order of preference. */
    List<T> all(SpanView view) {
        List<T> values = new ArrayList<>();
        for (String key : keys) {
            T value = decoder.apply(view.attribute(key));
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }
}
