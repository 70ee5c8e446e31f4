package io.llmtrace.cli.chat;

import static io.llmtrace.cli.chat.ChatMessages.first;
import static io.llmtrace.cli.chat.ChatMessages.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.cli.chat.ChatMessage.Other;
import io.llmtrace.cli.chat.ChatMessage.Part;
import io.llmtrace.cli.chat.ChatMessage.Reasoning;
import io.llmtrace.cli.chat.ChatMessage.Text;
import io.llmtrace.cli.chat.ChatMessage.ToolCall;
import io.llmtrace.cli.chat.ChatMessage.ToolResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads one part of a message, under the names that OpenTelemetry, OpenAI, Anthropic, Vercel and Gemini give to it. */
final class PartReader {

    private PartReader() {}

    static Part read(JsonNode part) {
        if (part.isTextual()) {
            return new Text(part.asText());
        }
        String type = part.path("type").asText("").toLowerCase(Locale.ROOT).replace('-', '_');
        return switch (type) {
            case "text", "input_text", "output_text" -> new Text(written(part));
            case "reasoning", "thinking" -> new Reasoning(written(part));
            case "tool_call", "tool_use", "function_call", "function" -> toolCall(part);
            case "tool_call_response", "tool_result", "function_call_output", "function_response" -> toolResult(part);
            default -> untyped(part, type);
        };
    }

    static ToolCall toolCall(JsonNode call) {
        JsonNode function = call.path("function").isObject() ? call.path("function") : call;
        return new ToolCall(
                text(call, "id", "tool_call_id", "toolCallId", "call_id").orElse(null),
                text(function, "name", "toolName", "tool_name").orElse("?"),
                plain(first(function, "arguments", "input", "args")));
    }

    private static ToolResult toolResult(JsonNode part) {
        JsonNode content = first(part, "response", "result", "content", "output");
        // {"type": "text", "value": "4"}
        JsonNode value = content.isObject() && content.has("value") ? content.path("value") : content;
        return new ToolResult(
                text(part, "id", "tool_call_id", "tool_use_id", "toolCallId", "call_id")
                        .orElse(null),
                text(part, "name", "toolName", "tool_name").orElse(null),
                plain(value));
    }

    private static Part untyped(JsonNode part, String type) {
        if (part.path("functionCall").isObject()) {
            return toolCall(part.path("functionCall"));
        }
        if (part.path("functionResponse").isObject()) {
            return toolResult(part.path("functionResponse"));
        }
        if (type.isEmpty() && text(part, "text").isPresent()) {
            return new Text(part.path("text").asText());
        }
        return new Other(type.isEmpty() ? "part" : type, part.toString());
    }

    private static String written(JsonNode part) {
        JsonNode value = first(part, "content", "text", "thinking", "reasoning");
        return plain(value);
    }

    /** Text as it is, an array of text parts as their texts, anything else as JSON. */
    private static String plain(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (value.isTextual()) {
            return value.asText();
        }
        if (value.isArray() && !value.isEmpty()) {
            List<String> texts = new ArrayList<>();
            for (JsonNode element : value) {
                if (!(read(element) instanceof Text text)) {
                    return value.toString();
                }
                texts.add(text.text());
            }
            return String.join("\n", texts);
        }
        return value.toString();
    }
}
