package io.llmtrace.otlp;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Labels become tags with the value {@code true}, metadata become tags with their own values; a label wins. The environment
 * is a tag as well, so that it can be asked for.
 */
final class Tags {

    private static final String LABEL_VALUE = "true";
    private static final String ENVIRONMENT = "environment";

    private Tags() {}

    static Map<String, String> of(SpanView view) {
        Map<String, String> tags = new LinkedHashMap<>();
        MappingTable table = MappingTable.get();
        for (List<String> labels : view.all(table.labels())) {
            labels.forEach(label -> tags.putIfAbsent(label, LABEL_VALUE));
        }
        view.all(table.metadata()).forEach(metadata -> metadata.forEach(tags::putIfAbsent));
        String environment = view.first(Target.ENVIRONMENT);
        if (environment != null) {
            tags.putIfAbsent(ENVIRONMENT, environment);
        }
        return tags;
    }
}
