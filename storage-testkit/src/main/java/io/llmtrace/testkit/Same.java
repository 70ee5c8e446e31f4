package io.llmtrace.testkit;

import io.llmtrace.model.TraceEvent;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Equality of records with messages that name the field that differs: {@code toString()} of a span leaves content out. */
final class Same {

    private static final int SHOWN_CHARACTERS = 160;

    private Same() {}

    static void assertSame(String what, Optional<? extends Record> actual, Record expected) {
        if (actual.isEmpty()) {
            throw new AssertionError(what + ": nothing found instead of " + expected);
        }
        assertExactly(what, List.of(actual.get()), List.of(expected));
    }

    static void assertAbsent(String what, Optional<?> actual) {
        if (actual.isPresent()) {
            throw new AssertionError(what + ": found, but must be absent: " + actual.get());
        }
    }

    /** The same items in the same order, and no others. */
    static void assertExactly(String what, List<? extends Record> actual, List<? extends Record> expected) {
        if (actual.equals(expected)) {
            return;
        }
        StringBuilder message = new StringBuilder(what);
        if (actual.size() != expected.size()) {
            message.append(": ")
                    .append(actual.size())
                    .append(" items instead of ")
                    .append(expected.size())
                    .append("\n  expected: ")
                    .append(shorten(expected))
                    .append("\n  actual:   ")
                    .append(shorten(actual));
        }
        for (int i = 0; i < Math.min(actual.size(), expected.size()); i++) {
            describe("[" + i + "]", expected.get(i), actual.get(i), message);
        }
        throw new AssertionError(message.toString());
    }

    private static void describe(String path, Record expected, Record actual, StringBuilder message) {
        if (expected.equals(actual)) {
            return;
        }
        if (expected instanceof TraceEvent wanted
                && actual instanceof TraceEvent got
                && wanted.spans().size() == got.spans().size()) {
            for (int i = 0; i < wanted.spans().size(); i++) {
                describe(
                        path + ".spans[" + i + "]",
                        wanted.spans().get(i),
                        got.spans().get(i),
                        message);
            }
        }
        for (RecordComponent component : expected.getClass().getRecordComponents()) {
            Object wanted = valueOf(component, expected);
            Object got = valueOf(component, actual);
            if (!Objects.equals(wanted, got)) {
                message.append("\n  ").append(path).append('.').append(component.getName());
                message.append("\n    expected: ").append(shorten(wanted));
                message.append("\n    actual:   ").append(shorten(got));
            }
        }
    }

    private static @Nullable Object valueOf(RecordComponent component, Record of) {
        try {
            return component.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("record component not readable: " + component, e);
        }
    }

    private static String shorten(@Nullable Object value) {
        String text = String.valueOf(value);
        int shown = value instanceof List ? SHOWN_CHARACTERS * 10 : SHOWN_CHARACTERS;
        return text.length() <= shown ? text : text.substring(0, shown) + "… (" + text.length() + " characters)";
    }
}
