package io.llmtrace.server.internal.rest;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.model.FieldType;
import io.llmtrace.model.SpanField;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.filter.QueryFilter;
import java.util.List;

/**
 * Describes the fields of spans in the OpenAPI document:
 *
 * <pre>
 * components/parameters     gets the definition of each filter
 * in a schema               "x-fields": "properties" or "listed" stands for the fields that spans or outlines have; the
 *                           properties that the schema lists itself replace those of the same name
 * </pre>
 */
final class FieldSchemas {

    private static final String FIELDS = "x-fields";

    private static final String SPAN_ID_PATTERN =
            "^([0-9a-f]{16}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$";

    private FieldSchemas() {}

    static void addTo(ObjectNode document) {
        ObjectNode parameters = (ObjectNode) document.at("/components/parameters");
        for (QueryFilter<?> filter : QueryFilter.all()) {
            parameters.set(filter.name(), parameter(filter));
        }
        document.at("/components/schemas").forEach(schema -> {
            if (schema.has(FIELDS)) {
                addProperties((ObjectNode) schema);
            }
        });
    }

    private static ObjectNode parameter(QueryFilter<?> filter) {
        ObjectNode parameter = JsonNodeFactory.instance.objectNode();
        parameter.put("name", filter.name()).put("in", "query").put("description", filter.description());
        ObjectNode schema = parameter.putObject("schema");
        addType(schema, filter.type());
        if (filter.type() == FieldType.TRACE_ID) {
            schema.remove("format"); // hex digits are taken as well
        }
        return parameter;
    }

    private static void addProperties(ObjectNode schema) {
        boolean listed = schema.path(FIELDS).asText().equals("listed");
        List<SpanField<?>> fields = listed ? SpanOutline.fields() : SpanField.properties();
        ObjectNode properties = JsonNodeFactory.instance.objectNode();
        for (SpanField<?> field : fields) {
            ObjectNode property = properties.putObject(field.name());
            property.put("description", field.description());
            addType(property, field.type());
        }
        properties.setAll((ObjectNode) schema.path("properties"));
        schema.set("properties", properties);
        schema.remove(FIELDS);
    }

    private static void addType(ObjectNode schema, FieldType<?> type) {
        switch (type.json()) {
            case STRING -> {
                schema.put("type", "string");
                if (type == FieldType.TRACE_ID) {
                    schema.put("format", "uuid");
                } else if (type == FieldType.SPAN_ID) {
                    schema.put("pattern", SPAN_ID_PATTERN);
                } else if (type == FieldType.TIME) {
                    schema.put("format", "date-time");
                } else if (!type.allowed().isEmpty()) {
                    type.allowed().forEach(schema.putArray("enum")::add);
                }
            }
            case INTEGER -> {
                schema.put("type", "integer").put("minimum", 0);
                if (type.maximum() != null) {
                    schema.put("maximum", type.maximum());
                }
            }
            case NUMBER -> schema.put("type", "number").put("minimum", 0);
            case BOOLEAN -> schema.put("type", "boolean");
            case ARRAY -> schema.put("type", "array");
            case OBJECT -> schema.put("type", "object");
        }
    }
}
