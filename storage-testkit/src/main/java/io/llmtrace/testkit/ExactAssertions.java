package io.llmtrace.testkit;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.SpanOutline;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Assertions that name the fields which differ, since the {@code toString()} of spans leaves their content out. */
final class ExactAssertions {

    private static final int SHOWN_CHARACTERS = 160;

    private ExactAssertions() {}

    static void assertSame(String what, Optional<?> actual, Object expected) {
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

    /** Asserts that the items are equal to the expected ones, in the same order and without others. */
    static void assertExactly(String what, List<?> actual, List<?> expected) {
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

    private static void describe(String path, Object expected, Object actual, StringBuilder message) {
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
        Map<String, @Nullable Object> got = fieldsOf(actual);
        fieldsOf(expected).forEach((name, wanted) -> {
            if (!Objects.equals(wanted, got.get(name))) {
                message.append("\n  ").append(path).append('.').append(name);
                message.append("\n    expected: ").append(shorten(wanted));
                message.append("\n    actual:   ").append(shorten(got.get(name)));
            }
        });
    }

    private static Map<String, @Nullable Object> fieldsOf(Object value) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        if (value instanceof TraceSpan span) {
            SpanField.properties().forEach(field -> fields.put(field.name(), field.valueOf(span)));
        } else if (value instanceof SpanOutline outline) {
            SpanOutline.fields().forEach(field -> fields.put(field.name(), outline.value(field)));
            fields.put("digest", outline.digest());
        } else if (value.getClass().isRecord()) {
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                fields.put(component.getName(), valueOf(component, value));
            }
        } else {
            fields.put("value", value);
        }
        return fields;
    }

    private static @Nullable Object valueOf(RecordComponent component, Object of) {
        try {
            component.getAccessor().setAccessible(true); // some records are not public
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
