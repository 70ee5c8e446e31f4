package io.llmtrace.server.internal.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Assembles the published OpenAPI document from a handwritten one. To avoid repetition, the handwritten document has marks,
 * which are replaced:
 *
 * <pre>
 * in an operation   "x-filters": true
 *                   all filters of queries are parameters, in front of those that the operation lists
 * in a schema       "x-properties-of": "TraceSpan", "x-without": ["prompt"]
 *                   the properties of that schema but those, in front of its own; its own replace those of the same name
 * </pre>
 *
 * <p>Properties are copied, not composed by {@code allOf}: the schemas forbid unknown properties, and with {@code allOf} each part would
 * forbid those of the others.
 */
final class OpenApi {

    private static final String FILTERS = "x-filters";
    private static final String PROPERTIES_OF = "x-properties-of";
    private static final String WITHOUT = "x-without";

    private final ObjectNode document;
    private final ObjectNode schemas;

    private OpenApi(ObjectNode document) {
        this.document = document;
        this.schemas = (ObjectNode) document.at("/components/schemas");
    }

    /** Returns the document with its marks replaced and its schemas of fields filled in, for the fields of this version. */
    static ObjectNode document(JsonNode written) {
        ObjectNode document = written.deepCopy();
        FieldSchemas.addTo(document);
        return assemble(document, QueryParameters.FILTER_NAMES);
    }

    /**
     * Returns the document with its marks replaced.
     *
     * @param written the document with marks, which is not changed
     * @param filters names of the filters of queries, each with a definition in {@code components/parameters}
     * @throws IllegalStateException if a mark refers to something that does not exist
     */
    static ObjectNode assemble(JsonNode written, List<String> filters) {
        OpenApi assembly = new OpenApi(written.deepCopy());
        assembly.addFilters(filters);
        assembly.schemas.properties().forEach(schema -> assembly.addProperties(schema.getKey(), new LinkedHashSet<>()));
        return assembly.document;
    }

    private void addFilters(List<String> filters) {
        document.path("paths")
                .forEach(path -> path.forEach(operation -> {
                    if (operation.has(FILTERS)) {
                        ObjectNode described = (ObjectNode) operation;
                        described.remove(FILTERS);
                        described.set("parameters", references(filters).addAll((ArrayNode)
                                described.withArray("parameters")));
                    }
                }));
    }

    private ArrayNode references(List<String> filters) {
        ArrayNode references = JsonNodeFactory.instance.arrayNode();
        for (String name : filters) {
            require(document.at("/components/parameters").has(name), "no definition of the filter " + name);
            references.addObject().put("$ref", "#/components/parameters/" + name);
        }
        return references;
    }

    /**
     * Replaces the marks of a schema by properties, after doing so for the schemas that they are copied from.
     *
     * @param waiting the names of the schemas that need the properties of this one, to detect a cycle
     */
    private void addProperties(String name, Set<String> waiting) {
        ObjectNode schema = (ObjectNode) schemas.path(name);
        if (!schema.has(PROPERTIES_OF)) {
            return;
        }
        require(waiting.add(name), String.join(", ", waiting) + " take their properties from each other");
        String source = schema.path(PROPERTIES_OF).asText();
        require(
                schemas.path(source).has("properties"),
                name + " takes the properties of " + source + ", which has none");
        addProperties(source, waiting);
        ObjectNode properties = schemas.path(source).path("properties").deepCopy();
        schema.path(WITHOUT)
                .forEach(left -> require(
                        properties.remove(left.asText()) != null,
                        name + " leaves out " + left.asText() + ", which " + source + " does not have"));
        properties.setAll((ObjectNode) schema.path("properties"));
        schema.set("properties", properties);
        schema.remove(List.of(PROPERTIES_OF, WITHOUT));
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalStateException("openapi.json: " + message);
        }
    }
}
