package io.llmtrace.otlp.internal.mapping;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.otlp.internal.wire.Decode;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where in a span a source of the mapping table finds its value. */
sealed interface AttributePath {

    /** Returns the path without spaces, as spans record it in {@code llmtrace.mapping}. */
    String text();

    /** Registers a source that reads this path with the index, under every key or event name that it depends on. */
    void addTo(SourceIndex index, int source);

    /** A path that leads to one value. */
    sealed interface SingleValue extends AttributePath {

        /** Returns the value; null if the span has none. */
        @Nullable
        AnyValue value(MappableSpan span);
    }

    /** An attribute of the span: {@code a.b}. */
    record Attribute(String key) implements SingleValue {
        @Override
        public String text() {
            return key;
        }

        @Override
        public void addTo(SourceIndex index, int source) {
            index.addKey(key, source);
        }

        @Override
        public @Nullable AnyValue value(MappableSpan span) {
            return span.attribute(key);
        }
    }

    /** An attribute of the span, else of its scope, else of its resource: {@code near a.b}. */
    record Near(String key) implements SingleValue {
        @Override
        public String text() {
            return key;
        }

        @Override
        public void addTo(SourceIndex index, int source) {
            index.addKey(key, source);
            index.addEnvelopeKey(key, source);
        }

        @Override
        public @Nullable AnyValue value(MappableSpan span) {
            return span.nearest(key);
        }
    }

    /** A location in the JSON that an attribute holds: {@code a.b#/c/d}. */
    record InJson(String key, JsonPointer pointer) implements SingleValue {
        @Override
        public String text() {
            return key + "#" + pointer;
        }

        @Override
        public void addTo(SourceIndex index, int source) {
            index.addKey(key, source);
        }

        @Override
        public @Nullable AnyValue value(MappableSpan span) {
            JsonNode tree = span.tree(key);
            return tree == null ? null : Decode.valueOf(tree.at(pointer));
        }
    }

    /** An attribute of an event: {@code event NAME a.b}. The first event with that name and attribute counts. */
    record EventAttribute(String name, String key) implements SingleValue {
        @Override
        public String text() {
            return name.replace(' ', '_') + "/" + key;
        }

        @Override
        public void addTo(SourceIndex index, int source) {
            index.addEvent(name, source);
        }

        @Override
        public @Nullable AnyValue value(MappableSpan span) {
            for (Map<String, AnyValue> attributes : span.events(List.of(name))) {
                AnyValue value = attributes.get(key);
                if (value != null) {
                    return value;
                }
            }
            return null;
        }
    }

    /** A list that was flattened into one attribute for each leaf: {@code a.b.N}. */
    record Flattened(String prefix) implements AttributePath {
        @Override
        public String text() {
            return prefix + ".N";
        }

        @Override
        public void addTo(SourceIndex index, int source) {
            index.addFlattenedPrefix(prefix, source);
        }
    }

    /**
     * All attributes below a prefix: {@code a.b.*}, {@code near a.b.*}.
     *
     * @param near whether those of the scope and the resource count, too
     */
    record Below(String prefix, boolean near) implements AttributePath {
        @Override
        public String text() {
            return prefix + ".*";
        }

        @Override
        public void addTo(SourceIndex index, int source) {
            index.addPrefix(prefix, source);
            if (near) {
                index.addEnvelopePrefix(prefix, source);
            }
        }

        /** Returns the attributes by what follows the prefix in their keys. */
        Map<String, AnyValue> values(MappableSpan span) {
            return near ? span.nearestBelow(prefix) : span.attributesBelow(prefix);
        }
    }

    /** Several attributes with a common prefix, which a reader combines into one value: {@code a.{b,c}}. */
    record Several(String prefix, List<String> names) implements AttributePath {
        @Override
        public String text() {
            return prefix + ".*";
        }

        @Override
        public void addTo(SourceIndex index, int source) {
            names.forEach(name -> index.addKey(prefix + "." + name, source));
        }
    }

    /** The first event of that name: {@code event NAME}. */
    record OneEvent(String name) implements AttributePath {
        @Override
        public String text() {
            return name.replace(' ', '_');
        }

        @Override
        public void addTo(SourceIndex index, int source) {
            index.addEvent(name, source);
        }
    }

    /** All events of some names, which may contain a wildcard: {@code events NAME,NAME*}. */
    record Events(List<String> names) implements AttributePath {
        @Override
        public String text() {
            return String.join(",", names);
        }

        @Override
        public void addTo(SourceIndex index, int source) {
            names.forEach(name -> index.addEvent(name, source));
        }
    }

    /** Any of several paths. Only the rules for {@code kind} use it, to ask whether one of them is present. */
    record AnyOf(List<AttributePath> paths) implements AttributePath {
        @Override
        public String text() {
            return paths.get(0).text();
        }

        @Override
        public void addTo(SourceIndex index, int source) {
            paths.forEach(path -> path.addTo(index, source));
        }
    }

    /** The instrumentation scope, which every span has. */
    record Scope(String name) implements AttributePath {
        @Override
        public String text() {
            return "scope:" + name;
        }

        @Override
        public void addTo(SourceIndex index, int source) {
            index.addAlways(source);
        }
    }

    /**
     * Parses a path as it is written in the table.
     *
     * @throws IllegalArgumentException if it has none of the forms above
     */
    static AttributePath parse(String text) {
        String[] tokens = text.split(" ");
        if (tokens[0].equals("near") && tokens.length == 2) {
            String key = tokens[1];
            return key.endsWith(".*") ? new Below(key.substring(0, key.length() - 2), true) : new Near(key);
        }
        if (tokens[0].equals("events") && tokens.length == 2) {
            return new Events(List.of(tokens[1].split(",")));
        }
        if (tokens[0].equals("event") && tokens.length > 1) {
            return parseEvent(List.of(tokens).subList(1, tokens.length));
        }
        if (tokens.length != 1 || text.isEmpty()) {
            throw invalid(text);
        }
        int pointer = text.indexOf("#/");
        if (pointer > 0) {
            return new InJson(text.substring(0, pointer), JsonPointer.compile(text.substring(pointer + 1)));
        }
        int brace = text.indexOf(".{");
        if (brace > 0 && text.endsWith("}")) {
            return new Several(
                    text.substring(0, brace),
                    List.of(text.substring(brace + 2, text.length() - 1).split(",")));
        }
        if (text.endsWith(".N")) {
            return new Flattened(text.substring(0, text.length() - 2));
        }
        if (text.endsWith(".*")) {
            return new Below(text.substring(0, text.length() - 2), false);
        }
        if (text.matches(".*[*{}#].*")) {
            throw invalid(text);
        }
        return new Attribute(text);
    }

    private static IllegalArgumentException invalid(String text) {
        return new IllegalArgumentException("not an attribute path: '" + text + "'");
    }

    /** Names of events may contain spaces and capitals, but keys never do: the last token is a key if it has no capitals. */
    private static AttributePath parseEvent(List<String> tokens) {
        String last = tokens.get(tokens.size() - 1);
        if (tokens.size() == 1 || !last.equals(last.toLowerCase(Locale.ROOT))) {
            return new OneEvent(String.join(" ", tokens));
        }
        return new EventAttribute(String.join(" ", new ArrayList<>(tokens.subList(0, tokens.size() - 1))), last);
    }
}
