package io.llmtrace.otlp.internal.mapping;

import io.llmtrace.model.SpanKind;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parsed form of {@code mapping.yaml}. Sources are numbered: those of a field consecutively, in order of preference. An
 * index maps the key of an attribute to the numbers of the sources that read it.
 *
 * <pre>
 *   prompt   112 gen_ai.input.messages   113 llm.input_messages.N   114 …
 *   "llm.input_messages.0.message.role"  →  113
 * </pre>
 */
public final class MappingTable {

    private static final Pattern LINE =
            Pattern.compile("(?<path>.+?)(?: as (?<reader>.+?))?(?: (?<condition>(?:if|unless) .+))?");

    private final MappingFile file;
    private final Map<String, FieldSources<?>> fields = new HashMap<>();
    private final FieldSources<SpanKind> kinds;
    private final FieldSources<List<String>> labels;
    private final FieldSources<Map<String, String>> metadata;
    private final FieldSources<Map<String, AnyValue>> requestSettings;
    private final SourceIndex index = new SourceIndex();
    private int sources;

    private MappingTable(MappingFile file) {
        this.file = file;
        List<FieldSource<SpanKind>> kindSources = new ArrayList<>();
        file.kind().forEach(rule -> kindSources.addAll(KindRules.sources(rule)));
        kinds = add("kind", kindSources);
        for (MappedField<?> field : MappedField.FIELDS) {
            fields.put(field.name(), add(field));
        }
        List<String> unknown = new ArrayList<>(file.fields().keySet());
        unknown.removeAll(fields.keySet());
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("fields: no such field: " + unknown);
        }
        labels = add("labels", parseAll("labels", file.labels(), Readers.LABELS));
        metadata = add("metadata", parseAll("metadata", file.metadata(), Readers.metadata(file.notMetadata())));
        requestSettings =
                add("request_settings", parseAll("request_settings", file.requestSettings(), RequestSettings.READER));
    }

    /**
     * Builds a table from a file.
     *
     * @throws IllegalArgumentException naming the field and the line that is wrong
     */
    static MappingTable of(MappingFile file) {
        return new MappingTable(file);
    }

    /** Returns the table of this version of llmtrace. */
    public static MappingTable get() {
        return BuiltIn.TABLE;
    }

    /** Loads the table on first use. */
    private static final class BuiltIn {
        static final MappingTable TABLE = MappingTable.of(MappingFile.read());
    }

    /** The sources of a field in order of preference; their numbers are in [from, to). */
    record FieldSources<T>(int from, List<FieldSource<T>> list) {
        int to() {
            return from + list.size();
        }

        FieldSource<T> get(int id) {
            return list.get(id - from);
        }
    }

    /** Returns the version of the table, which spans record. */
    public int version() {
        return file.version();
    }

    /** Returns the file that the table was built from. */
    public MappingFile file() {
        return file;
    }

    /** Returns the sources of a field. */
    @SuppressWarnings("unchecked") // the sources were parsed for this very field
    <T> FieldSources<T> field(MappedField<T> field) {
        FieldSources<?> sourcesOfField = fields.get(field.name());
        if (sourcesOfField == null) {
            throw new IllegalArgumentException("no such field: " + field.name());
        }
        return (FieldSources<T>) sourcesOfField;
    }

    /** Returns the rules that determine the kind of a span. */
    FieldSources<SpanKind> kinds() {
        return kinds;
    }

    /** Returns the sources of labels, which become tags with the value {@code true}. */
    FieldSources<List<String>> labels() {
        return labels;
    }

    /** Returns the sources of metadata, which become tags with their own values. */
    FieldSources<Map<String, String>> metadata() {
        return metadata;
    }

    /** Returns the sources of the settings of a request, by the names that they have there. */
    FieldSources<Map<String, AnyValue>> requestSettings() {
        return requestSettings;
    }

    /** Returns the index from keys to sources. */
    SourceIndex index() {
        return index;
    }

    private <T> FieldSources<T> add(MappedField<T> field) {
        List<String> lines = file.fields().get(field.name());
        if (lines == null || lines.isEmpty()) {
            throw new IllegalArgumentException("fields: no sources of " + field.name());
        }
        List<FieldSource<T>> parsed = new ArrayList<>();
        for (String line : lines) {
            parsed.add(parse(field.name(), line, tokens -> Readers.of(field, tokens)));
        }
        return add(field.name(), parsed);
    }

    private static <T> List<FieldSource<T>> parseAll(String field, List<String> lines, FieldSource.Reader<T> reader) {
        return lines.stream().map(line -> parse(field, line, tokens -> reader)).toList();
    }

    /** Chooses a reader by its name and arguments in the line; an empty list means the default reader of the field. */
    private interface ReaderChoice<T> {
        FieldSource.Reader<T> choose(List<String> tokens);
    }

    private static <T> FieldSource<T> parse(String field, String line, ReaderChoice<T> readers) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(field + ": not a source: '" + line + "'");
        }
        try {
            AttributePath path = AttributePath.parse(matcher.group("path"));
            String reader = matcher.group("reader");
            if (reader == null
                    && !(path instanceof AttributePath.SingleValue)
                    && readers.choose(List.of()) instanceof Readers.Plain<T>) {
                throw new IllegalArgumentException("needs a reader: it is not a single value");
            }
            String condition = matcher.group("condition");
            return new FieldSource<>(
                    path.text(),
                    path,
                    readers.choose(reader == null ? List.of() : Arrays.asList(reader.split(" "))),
                    condition == null ? null : SourceCondition.parse(condition));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(field + ": '" + line + "': " + e.getMessage(), e);
        }
    }

    private <T> FieldSources<T> add(String field, List<FieldSource<T>> list) {
        Map<String, FieldSource<T>> seen = new LinkedHashMap<>();
        int from = sources;
        for (FieldSource<T> source : list) {
            FieldSource<T> other = seen.put(source.label() + source.condition() + source.path(), source);
            if (other != null && !field.equals("kind")) {
                throw new IllegalArgumentException(field + ": twice: " + source.label());
            }
            source.path().addTo(index, sources++);
        }
        return new FieldSources<>(from, List.copyOf(list));
    }
}
