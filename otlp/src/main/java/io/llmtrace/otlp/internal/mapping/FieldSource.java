package io.llmtrace.otlp.internal.mapping;

import org.jspecify.annotations.Nullable;

/**
 * One line of the mapping table: where a value of a field may be, and how it is read there.
 *
 * @param label the name, without spaces, under which spans record that this source filled the field
 * @param condition the condition that the span must meet; null for none
 */
record FieldSource<T>(
        String label,
        AttributePath path,
        Reader<T> reader,
        @Nullable SourceCondition condition) {

    /** Reads a value from a path. */
    @FunctionalInterface
    interface Reader<T> {
        /** Returns the value at that path; null if there is none. */
        @Nullable
        T read(MappableSpan span, AttributePath path);
    }

    /** Returns the value that this source has for the span; null if there is none. */
    @Nullable
    T read(MappableSpan span) {
        return condition == null || condition.holds(span) ? reader.read(span, path) : null;
    }
}
