package io.llmtrace.server.internal.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.json.TraceJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenApiAssemblyTest {

    private static final String WRITTEN = """
            {"paths": {"/a": {"get": {"x-filters": true, "parameters": [{"name": "limit"}]}, "put": {}},
                       "/b": {"get": {"x-filters": true}}},
             "components": {
               "parameters": {"kind": {}, "tag.{key}": {}},
               "schemas": {
                 "C": {"x-properties-of": "B", "properties": {"own": {"type": "string"}}},
                 "A": {"properties": {"id": {"type": "string"}, "text": {"type": "string"}, "size": {"type": "integer"}}},
                 "B": {"x-properties-of": "A", "x-without": ["size"], "properties": {"text": {"type": "integer"}}}}}}
            """;

    @Test
    void filters_areInFrontOfTheParametersOfTheOperation() {
        JsonNode document = OpenApi.assemble(written(), List.of("kind", "tag.{key}"));

        assertThat(document.path("paths"))
                .hasToString("{\"/a\":{\"get\":{\"parameters\":[{\"$ref\":\"#/components/parameters/kind\"},"
                        + "{\"$ref\":\"#/components/parameters/tag.{key}\"},{\"name\":\"limit\"}]},\"put\":{}},"
                        + "\"/b\":{\"get\":{\"parameters\":[{\"$ref\":\"#/components/parameters/kind\"},"
                        + "{\"$ref\":\"#/components/parameters/tag.{key}\"}]}}}");
    }

    @Test
    void properties_areCopiedThroughSeveralSchemas_andTheOwnOnesWin() {
        JsonNode schemas = OpenApi.assemble(written(), List.of()).at("/components/schemas");

        assertThat(schemas.path("B"))
                .hasToString("{\"properties\":{\"id\":{\"type\":\"string\"},\"text\":{\"type\":\"integer\"}}}");
        assertThat(schemas.path("C"))
                .hasToString("{\"properties\":{\"id\":{\"type\":\"string\"},\"text\":{\"type\":\"integer\"},"
                        + "\"own\":{\"type\":\"string\"}}}");
        assertThat(schemas.path("A").path("properties")).hasSize(3);
    }

    @Test
    void marksThatReferToNothing_areRefused() {
        assertThatThrownBy(() -> OpenApi.assemble(written(), List.of("size")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("openapi.json: no definition of the filter size");
        assertThatThrownBy(() -> OpenApi.assemble(schema("B", "x-properties-of", "\"D\""), List.of()))
                .hasMessage("openapi.json: B takes the properties of D, which has none");
        assertThatThrownBy(() -> OpenApi.assemble(schema("A", "x-properties-of", "\"C\""), List.of()))
                .hasMessage("openapi.json: C, B, A take their properties from each other");
        assertThatThrownBy(() -> OpenApi.assemble(schema("B", "x-without", "[\"length\"]"), List.of()))
                .hasMessageContaining("B leaves out length, which A does not have");
    }

    private static JsonNode written() {
        return TraceJson.readTree(WRITTEN.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode schema(String name, String mark, String value) {
        JsonNode document = written();
        ((ObjectNode) document.at("/components/schemas/" + name))
                .set(mark, TraceJson.readTree(value.getBytes(StandardCharsets.UTF_8)));
        return document;
    }
}
