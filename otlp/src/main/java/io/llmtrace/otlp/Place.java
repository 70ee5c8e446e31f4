package io.llmtrace.otlp;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a source of the mapping table looks. */
sealed interface Place {

    /** As spans keep it; without spaces. */
    String text();

    /** Whether one value is there, which {@link #value} gives. */
    default boolean isValue() {
        return this instanceof Attribute
                || this instanceof Near
                || this instanceof InJson
                || this instanceof EventAttribute;
    }

    /** The value there, of places that have one. */
    default @Nullable AnyValue value(SpanView view) {
        throw new IllegalStateException(text() + " is no single value");
    }

    /** {@code a.b} */
    record Attribute(String key) implements Place {
        @Override
        public String text() {
            return key;
        }

        @Override
        public @Nullable AnyValue value(SpanView view) {
            return view.attribute(key);
        }
    }

    /** {@code near a.b} */
    record Near(String key) implements Place {
        @Override
        public String text() {
            return key;
        }

        @Override
        public @Nullable AnyValue value(SpanView view) {
            return view.nearest(key);
        }
    }

    /** {@code a.b#/c/d} */
    record InJson(String key, JsonPointer pointer) implements Place {
        @Override
        public String text() {
            return key + "#" + pointer;
        }

        @Override
        public @Nullable AnyValue value(SpanView view) {
            JsonNode tree = view.tree(key);
            return tree == null ? null : Decode.valueOf(tree.at(pointer));
        }
    }

    /** {@code a.b.N} */
    record Flattened(String prefix) implements Place {
        @Override
        public String text() {
            return prefix + ".N";
        }

        List<Map<String, AnyValue>> items(SpanView view) {
            return Indexed.items(view.lookups(), prefix);
        }
    }

    /** {@code a.b.*} */
    record Below(String prefix) implements Place {
        @Override
        public String text() {
            return prefix + ".*";
        }
    }

    /** {@code a.{b,c}} */
    record Several(String prefix, List<String> names) implements Place {
        @Override
        public String text() {
            return prefix + ".*";
        }
    }

    /** {@code event NAME} */
    record OneEvent(String name) implements Place {
        @Override
        public String text() {
            return name.replace(' ', '_');
        }
    }

    /** {@code event NAME a.b} */
    record EventAttribute(String name, String key) implements Place {
        @Override
        public String text() {
            return name.replace(' ', '_') + "/" + key;
        }

        @Override
        public @Nullable AnyValue value(SpanView view) {
            for (Map<String, AnyValue> attributes : view.events(name)) {
                AnyValue value = attributes.get(key);
                if (value != null) {
                    return value;
                }
            }
            return null;
        }
    }

    /** {@code events NAME,NAME*} */
    record Events(List<String> names) implements Place {
        @Override
        public String text() {
            return String.join(",", names);
        }
    }

    /** One of several, as rules of {@code kind} ask for them. */
    record AnyOf(List<Place> places) implements Place {
        @Override
        public String text() {
            return places.get(0).text();
        }
    }

    /** The scope of the instrumentation, which is always there. */
    record Scope(String name) implements Place {
        @Override
        public String text() {
            return "scope:" + name;
        }
    }

    /**
     * @param text as in the table
     * @throws IllegalArgumentException for what is none
     */
    static Place parse(String text) {
        String[] words = text.split(" ");
        if (words[0].equals("near") && words.length == 2) {
            return new Near(words[1]);
        }
        if (words[0].equals("events") && words.length == 2) {
            return new Events(List.of(words[1].split(",")));
        }
        if (words[0].equals("event") && words.length > 1) {
            return parseEvent(List.of(words).subList(1, words.length));
        }
        if (words.length != 1 || text.isEmpty()) {
            throw new IllegalArgumentException("no place: '" + text + "'");
        }
        int pointer = text.indexOf("#/");
        if (pointer > 0) {
            return new InJson(text.substring(0, pointer), JsonPointer.compile(text.substring(pointer + 1)));
        }
        int brace = text.indexOf(".{");
        if (brace > 0 && text.endsWith("}")) {
            return new Several(
                    text.substring(0, brace), List.of(text.substring(brace + 2, text.length() - 1).split(",")));
        }
        if (text.endsWith(".N")) {
            return new Flattened(text.substring(0, text.length() - 2));
        }
        if (text.endsWith(".*")) {
            return new Below(text.substring(0, text.length() - 2));
        }
        if (text.matches(".*[*{}#].*")) {
            throw new IllegalArgumentException("no place: '" + text + "'");
        }
        return new Attribute(text);
    }

    /** The key is the last word, if it looks like one: names of events may have spaces and capitals. */
    private static Place parseEvent(List<String> words) {
        String last = words.get(words.size() - 1);
        if (words.size() == 1 || !last.equals(last.toLowerCase(Locale.ROOT))) {
            return new OneEvent(String.join(" ", words));
        }
        return new EventAttribute(String.join(" ", new ArrayList<>(words.subList(0, words.size() - 1))), last);
    }
}
