package io.llmtrace.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Fields that {@code GET /api/v1/spans/{id}} adds to a span. The server computes them from the span for each response, and does
 * not store them.
 */
public final class DerivedSpanFields {

    /** The names of the fields. */
    public static final List<String> NAMES = List.of("chat", "usage");

    private DerivedSpanFields() {}

    /**
     * Removes the fields from a span in a response, so that it can be read as a span of the model. Changes nothing if the JSON
     * is not an object.
     */
    public static void removeFrom(JsonNode span) {
        if (span instanceof ObjectNode object) {
            object.remove(NAMES);
        }
    }
}
