package io.llmtrace.otlp.internal.mapping;

import io.llmtrace.model.SpanField;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Reads the tags of a span. Labels become tags with the value {@code true}, metadata become tags with their own values, and a
 * label takes precedence. The environment also becomes a tag, since filters written before it had a field of its own use the
 * tag.
 */
public final class Tags {

    private static final String LABEL_VALUE = "true";
    private static final MappedField<String> ENVIRONMENT =
            Objects.requireNonNull(MappedField.DIRECT.get(SpanField.ENVIRONMENT));

    private Tags() {}

    /** Returns the tags in the order of the mapping table. */
    public static Map<String, String> of(OtlpSpan span) {
        Map<String, String> tags = new LinkedHashMap<>();
        MappingTable table = MappingTable.get();
        span.all(table.labels())
                .forEach(labels -> labels.value().forEach(label -> tags.putIfAbsent(label, LABEL_VALUE)));
        span.all(table.metadata()).forEach(metadata -> metadata.value().forEach(tags::putIfAbsent));
        String environment = span.first(ENVIRONMENT);
        if (environment != null) {
            tags.putIfAbsent(SpanField.ENVIRONMENT.name(), environment);
        }
        return tags;
    }
}
