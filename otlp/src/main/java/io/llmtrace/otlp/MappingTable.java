package io.llmtrace.otlp;

import io.llmtrace.model.SpanKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The mapping of {@code mapping.yaml}, made ready once: each source has a number, the sources of a field stand together in
 * their order, and from a key it is one step to the numbers of the sources that look at it.
 *
 * <pre>
 *   prompt   112 gen_ai.input.messages   113 llm.input_messages.N   114 …
 *   "llm.input_messages.0.message.role"  →  113
 * </pre>
 */
final class MappingTable {

    private static final Pattern LINE =
            Pattern.compile("(?<place>.+?)(?: as (?<reader>.+?))?(?: if scope (?<scope>\\S+))?");

    private final MappingFile file;
    private final Map<String, Sources<?>> fields = new HashMap<>();
    private final Sources<SpanKind> kinds;
    private final Sources<List<String>> labels;
    private final Sources<Map<String, String>> metadata;
    private final SourceIndex index = new SourceIndex();
    private int sources;

    private MappingTable(MappingFile file) {
        this.file = file;
        List<Source<SpanKind>> kindSources = new ArrayList<>();
        file.kind().forEach(rule -> kindSources.addAll(KindRules.sources(rule)));
        kinds = add("kind", kindSources);
        for (Target<?> target : Target.FIELDS) {
            fields.put(target.name(), add(target));
        }
        List<String> unknown = new ArrayList<>(file.fields().keySet());
        unknown.removeAll(fields.keySet());
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("fields: no such field: " + unknown);
        }
        labels = add("labels", parseAll("labels", file.labels(), Readers.LABELS));
        metadata = add("metadata", parseAll("metadata", file.metadata(), Readers.metadata(file.notMetadata())));
    }

    /** @throws IllegalArgumentException naming the field and the line that is wrong */
    static MappingTable of(MappingFile file) {
        return new MappingTable(file);
    }

    /** The one of this version of llmtrace. */
    static MappingTable get() {
        return Own.TABLE;
    }

    /** Read when it is needed first. */
    private static final class Own {
        static final MappingTable TABLE = MappingTable.of(MappingFile.read());
    }

    /** The sources of a field: their numbers are in [from, to). */
    record Sources<T>(int from, List<Source<T>> list) {
        int to() {
            return from + list.size();
        }

        Source<T> get(int id) {
            return list.get(id - from);
        }
    }

    int version() {
        return file.version();
    }

    MappingFile file() {
        return file;
    }

    @SuppressWarnings("unchecked") // a field's sources were read for this target
    <T> Sources<T> field(Target<T> target) {
        Sources<?> found = fields.get(target.name());
        if (found == null) {
            throw new IllegalArgumentException("no such field: " + target.name());
        }
        return (Sources<T>) found;
    }

    Sources<SpanKind> kinds() {
        return kinds;
    }

    Sources<List<String>> labels() {
        return labels;
    }

    Sources<Map<String, String>> metadata() {
        return metadata;
    }

    /** The sources that look at no key, to add others to. */
    BitSet always() {
        return index.always();
    }

    /** Adds the sources that look at an attribute of this key. */
    void addAttribute(String key, BitSet to) {
        index.addAttribute(key, to);
    }

    /** Adds those that look at it in the scope or the resource. */
    void addNear(String key, BitSet to) {
        index.addNear(key, to);
    }

    void addEvent(String name, BitSet to) {
        index.addEvent(name, to);
    }

    private <T> Sources<T> add(Target<T> target) {
        List<String> lines = file.fields().get(target.name());
        if (lines == null || lines.isEmpty()) {
            throw new IllegalArgumentException("fields: no sources of " + target.name());
        }
        List<Source<T>> parsed = new ArrayList<>();
        for (String line : lines) {
            parsed.add(parse(target.name(), line, words -> Readers.of(target, words)));
        }
        return add(target.name(), parsed);
    }

    private static <T> List<Source<T>> parseAll(String field, List<String> lines, Source.Reader<T> reader) {
        return lines.stream().map(line -> parse(field, line, words -> reader)).toList();
    }

    /** Chooses a reader by its words in the line; none for the usual one. */
    private interface ReaderChoice<T> {
        Source.Reader<T> choose(List<String> words);
    }

    private static <T> Source<T> parse(String field, String line, ReaderChoice<T> readers) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(field + ": no source: '" + line + "'");
        }
        try {
            Place place = Place.parse(matcher.group("place"));
            String reader = matcher.group("reader");
            if (reader == null && !place.isValue() && readers.choose(List.of()) instanceof Readers.Plain<T>) {
                throw new IllegalArgumentException("needs a reader: it is no single value");
            }
            String scope = matcher.group("scope");
            return new Source<>(
                    place.text(),
                    place,
                    readers.choose(reader == null ? List.of() : Arrays.asList(reader.split(" "))),
                    scope == null ? null : NamePattern.of(scope));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(field + ": '" + line + "': " + e.getMessage(), e);
        }
    }

    private <T> Sources<T> add(String field, List<Source<T>> list) {
        Map<String, Source<T>> seen = new LinkedHashMap<>();
        int from = sources;
        for (Source<T> source : list) {
            Source<T> other = seen.put(source.label() + source.scope() + source.place(), source);
            if (other != null && !field.equals("kind")) {
                throw new IllegalArgumentException(field + ": twice: " + source.label());
            }
            index.put(source.place(), sources++);
        }
        return new Sources<>(from, List.copyOf(list));
    }
}
