package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tool calls that a model asks for in its response, as OpenTelemetry, OpenAI and Anthropic write them. */
final class ToolCalls {

    private ToolCalls() {}

    /**
     * @param id null if the model gave none
     * @param arguments JSON text
     */
    record Call(@Nullable String id, String name, @Nullable String arguments) {}

    static List<Call> in(@Nullable String response) {
        List<Call> calls = new ArrayList<>();
        // Most responses call no tool: do not parse them.
        if (response == null || !(response.contains("tool_") || response.contains("function_call"))) {
            return calls;
        }
        for (JsonNode message : messages(response)) {
            message.path("parts").forEach(part -> addPart(calls, part));
            message.path("content").forEach(part -> addPart(calls, part));
            for (JsonNode call : message.path("tool_calls")) {
                JsonNode function = call.path("function");
                add(calls, call.path("id").textValue(), function.path("name"), function.path("arguments"));
            }
        }
        return calls;
    }

    /** The finish reason of the first message that has one. */
    static @Nullable String finishReasonIn(@Nullable String response) {
        if (response == null || !response.contains("\"finish_reason\"")) {
            return null;
        }
        for (JsonNode message : messages(response)) {
            String reason = message.path("finish_reason").textValue();
            if (reason != null && !reason.isBlank()) {
                return reason;
            }
        }
        return null;
    }

    private static Iterable<JsonNode> messages(String response) {
        JsonNode tree = Json.tree(response);
        if (tree == null) {
            return List.of();
        }
        return tree.isArray() ? tree : List.of(tree);
    }

    private static void addPart(List<Call> calls, JsonNode part) {
        String type = part.path("type").asText();
        if (type.equals("tool_call")) {
            add(calls, part.path("id").textValue(), part.path("name"), part.path("arguments"));
        } else if (type.equals("tool_use")) {
            add(calls, part.path("id").textValue(), part.path("name"), part.path("input"));
        }
    }

    private static void add(List<Call> calls, @Nullable String id, JsonNode name, JsonNode arguments) {
        if (!name.isTextual()) {
            return;
        }
        String text = arguments.isTextual() ? arguments.textValue() : Json.write(arguments);
        boolean none = arguments.isMissingNode() || arguments.isNull();
        calls.add(new Call(id, name.textValue(), none ? null : text));
    }
}
