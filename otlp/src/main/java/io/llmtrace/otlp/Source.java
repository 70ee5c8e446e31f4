package io.llmtrace.otlp;

import org.jspecify.annotations.Nullable;

/**
 * One line of the mapping table.
 *
 * @param label what spans keep when this source decides; without spaces
 * @param scope of the instrumentation that it holds for; null for any
 */
record Source<T>(String label, Place place, Reader<T> reader, @Nullable NamePattern scope) {

    /** How to read what is at a place. */
    @FunctionalInterface
    interface Reader<T> {
        /** @return null if there is nothing */
        @Nullable
        T read(SpanView view, Place place);
    }

    @Nullable
    T read(SpanView view) {
        return scope == null || scope.matches(view.scope.getName()) ? reader.read(view, place) : null;
    }
}
