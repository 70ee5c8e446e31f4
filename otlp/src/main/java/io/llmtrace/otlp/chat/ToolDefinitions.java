package io.llmtrace.otlp.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads definitions of tools in the shapes that instrumentations send: arrays of objects, of JSON texts, or of names. */
public final class ToolDefinitions {

    private static final String FUNCTION = "function";

    private ToolDefinitions() {}

    /** What is none is left out. */
    public static List<ToolDefinition> parse(String text) {
        List<ToolDefinition> tools = new ArrayList<>();
        JsonNode tree = JsonText.tree(text);
        if (tree != null) {
            add(tree, tools);
            return tools;
        }
        // [a, b] or a, b: names
        String names = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        for (String name : names.split(",")) {
            if (!name.isBlank()) {
                tools.add(new ToolDefinition(null, name.strip(), null, null));
            }
        }
        return tools;
    }

    private static void add(JsonNode node, List<ToolDefinition> to) {
        if (node.isArray()) {
            node.forEach(item -> addItem(item, to));
        } else {
            addItem(node, to);
        }
    }

    private static void addItem(JsonNode item, List<ToolDefinition> to) {
        JsonNode tool = JsonText.unwrapped(item);
        if (tool.isTextual()) {
            to.add(new ToolDefinition(null, tool.asText(), null, null));
            return;
        }
        JsonNode declarations = Parts.first(tool, "function_declarations", "functionDeclarations");
        if (declarations.isArray()) {
            declarations.forEach(declaration -> addOne(declaration, FUNCTION, to));
            return;
        }
        String type = Parts.text(tool, "type");
        addOne(tool, type == null ? FUNCTION : type, to);
    }

    private static void addOne(JsonNode tool, @Nullable String type, List<ToolDefinition> to) {
        JsonNode spec = Parts.first(tool, "function", "toolSpec");
        JsonNode definition = spec.isObject() ? spec : tool;
        String name = Parts.text(definition, "name");
        if (name == null) {
            return;
        }
        JsonNode parameters = JsonText.unwrapped(Parts.first(
                definition, "parameters", "input_schema", "inputSchema", "parameters_json_schema", "parametersJsonSchema"));
        to.add(new ToolDefinition(
                type,
                name,
                Parts.text(definition, "description"),
                parameters.isMissingNode() ? null : parameters));
    }
}
