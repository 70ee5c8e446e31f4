package io.llmtrace.otlp.chat;

import static io.llmtrace.otlp.chat.Fields.first;
import static io.llmtrace.otlp.chat.Fields.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.otlp.internal.wire.Json;
import java.util.ArrayList;
import java.util.List;

/** Parses tool definitions in the shapes that instrumentations send: arrays of objects, of JSON texts, or of names. */
public final class ToolDefinitions {

    private static final String FUNCTION = "function";
    private static final String[] PARAMETERS = {
        "parameters", "input_schema", "inputSchema", "parameters_json_schema", "parametersJsonSchema"
    };
    private static final String[] DECLARATIONS = {"function_declarations", "functionDeclarations"};

    private ToolDefinitions() {}

    /** Parses a list of definitions; elements that are not definitions are skipped. */
    public static List<ToolDefinition> parse(String text) {
        List<ToolDefinition> tools = new ArrayList<>();
        JsonNode tree = Json.tree(text);
        if (tree != null) {
            addAll(tree, tools);
            return tools;
        }
        // Names: "[a, b]" or "a, b"
        String names = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        for (String name : names.split(",")) {
            if (!name.isBlank()) {
                tools.add(new ToolDefinitionValues(null, name.strip(), null, null));
            }
        }
        return tools;
    }

    /** Returns whether an object that stands among messages is certainly a definition, rather than a call or other JSON. */
    static boolean isDefinition(JsonNode item) {
        if (!item.isObject() || item.has("role")) {
            return false;
        }
        if (first(item, DECLARATIONS).isArray() || text(item.path("toolSpec"), "name") != null) {
            return true;
        }
        JsonNode function = item.path(FUNCTION).isObject() ? item.path(FUNCTION) : item;
        JsonNode schema = Json.unwrapped(first(function, PARAMETERS));
        return text(function, "name") != null
                && !function.has("arguments")
                && schema.isObject()
                && (schema.isEmpty() || schema.has("type") || schema.has("properties"));
    }

    /**
     * Returns whether the content of a message is a definition. LangChain's handler of Langfuse sends each definition as a message of
     * the role tool.
     */
    static boolean isDefinitionInMessage(JsonNode content) {
        if (!content.isObject()
                || first(content, "text", "content", "arguments", "result", "output")
                        .isValueNode()) {
            return false;
        }
        return isDefinition(content)
                || text(content.path(FUNCTION), "name") != null
                || (text(content, "type") != null && PartKind.ofType(content) == null);
    }

    /** Adds the definitions in a list, or a single one. */
    static void addAll(JsonNode node, List<ToolDefinition> to) {
        if (node.isArray()) {
            node.forEach(item -> addItem(item, to));
        } else {
            addItem(node, to);
        }
    }

    private static void addItem(JsonNode item, List<ToolDefinition> to) {
        JsonNode tool = Json.unwrapped(item);
        if (tool.isTextual()) {
            to.add(new ToolDefinitionValues(null, tool.asText(), null, null));
            return;
        }
        JsonNode declarations = first(tool, DECLARATIONS);
        if (declarations.isArray()) {
            declarations.forEach(declaration -> addOne(declaration, FUNCTION, to));
            return;
        }
        String type = text(tool, "type");
        addOne(tool, type == null ? FUNCTION : type, to);
    }

    private static void addOne(JsonNode tool, String type, List<ToolDefinition> to) {
        JsonNode spec = first(tool, FUNCTION, "toolSpec", "custom");
        JsonNode definition = spec.isObject() ? spec : tool;
        String name = text(definition, "name");
        if (name == null) {
            addBuiltIn(tool, type, to);
            return;
        }
        JsonNode schema = Json.unwrapped(first(definition, PARAMETERS));
        JsonNode parameters =
                schema.size() == 1 && schema.path("json").isObject() ? schema.path("json") : schema; // Bedrock
        to.add(new ToolDefinitionValues(
                type, name, text(definition, "description"), parameters.isMissingNode() ? null : parameters));
    }

    /**
     * Adds a tool of the provider, which has no name of its own: {@code {"type": "web_search"}}, Gemini's
     * {@code {"google_search": {}}}, or a server of tools with a label.
     */
    private static void addBuiltIn(JsonNode tool, String type, List<ToolDefinition> to) {
        String description = text(tool, "server_description", "description");
        if (!type.equals(FUNCTION)) {
            String label = text(tool, "server_label");
            to.add(new ToolDefinitionValues(type, label == null ? type : label, description, null));
        } else if (tool.isObject() && tool.size() == 1 && !tool.has("type")) {
            String key = tool.fieldNames().next();
            if (tool.path(key).isObject()) {
                to.add(new ToolDefinitionValues(null, key, null, null));
            }
        }
    }
}
