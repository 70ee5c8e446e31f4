package io.llmtrace.otlp.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one part of a message, under the names that OpenTelemetry, OpenAI, Anthropic, Google, Bedrock, Vercel and others use. */
final class Parts {

    /** Names that parts without a type have: Gemini's and Bedrock's. */
    private static final List<String> UNTYPED = List.of(
            "text",
            "functionCall",
            "function_call",
            "functionResponse",
            "function_response",
            "toolUse",
            "toolResult",
            "inline_data",
            "inlineData",
            "file_data",
            "fileData");

    private static final Set<String> TYPES = Set.of(
            "text",
            "input_text",
            "summary_text",
            "output_text",
            "refusal",
            "reasoning",
            "thinking",
            "tool_call",
            "tool_use",
            "function_call",
            "function",
            "tool_call_response",
            "tool_result",
            "function_call_output",
            "function_response",
            "image",
            "image_url",
            "input_image",
            "blob",
            "uri",
            "binary");

    /** Of OpenAI's responses: each stands for itself, beside messages. */
    private static final Set<String> ITEMS = Set.of("function_call", "function_call_output", "reasoning");

    private Parts() {}

    /** Whether this is a part, rather than any object. */
    static boolean isKnown(JsonNode part) {
        String type = typeOf(part);
        return type.isEmpty() ? UNTYPED.stream().anyMatch(part::has) : TYPES.contains(type);
    }

    static boolean isItem(JsonNode part) {
        return ITEMS.contains(typeOf(part));
    }

    static ChatPart read(JsonNode part) {
        if (part.isTextual()) {
            return ChatPart.text(part.asText());
        }
        return switch (typeOf(part)) {
            case "text", "input_text", "output_text", "summary_text", "refusal" -> ChatPart.text(written(part));
            case "reasoning", "thinking" -> ChatPart.reasoning(written(part));
            case "tool_call", "tool_use", "function_call", "function" -> toolCall(part);
            case "tool_call_response", "tool_result", "function_call_output", "function_response" -> toolResult(part);
            case "image", "image_url", "input_image", "audio", "audio_url", "input_audio", "video", "video_url",
                    "blob", "uri", "binary", "file", "document", "document_url" -> media(part);
            case "" -> untyped(part);
            default -> ChatPart.json(part.toString());
        };
    }

    static ChatPart toolCall(JsonNode call) {
        JsonNode function = call.path("function").isObject() ? call.path("function") : call;
        JsonNode arguments = first(function, "arguments", "input", "args");
        return ChatPart.toolCall(
                text(call, "call_id", "id", "tool_call_id", "toolCallId", "toolUseId"),
                text(function, "name", "toolName", "tool_name"),
                arguments.isMissingNode() || arguments.isNull() ? null : JsonText.unwrapped(arguments));
    }

    private static ChatPart toolResult(JsonNode part) {
        JsonNode content = first(part, "response", "result", "content", "output");
        // {"type": "text", "value": "4"}
        JsonNode value = content.isObject() && content.has("value") && content.has("type")
                ? content.path("value")
                : content;
        return ChatPart.toolResult(
                text(part, "call_id", "id", "tool_call_id", "tool_use_id", "toolCallId", "toolUseId"),
                text(part, "name", "toolName", "tool_name"),
                plainResult(value));
    }

    /** An array of nothing but texts as their text; anything else as it is. */
    static @Nullable JsonNode plainResult(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (value.isTextual() || !value.isArray() || value.isEmpty()) {
            return value;
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : value) {
            ChatPart part = isKnown(element) || element.isTextual() ? read(element) : null;
            if (part == null || !part.type().equals(ChatPart.TEXT) || part.text() == null) {
                return value;
            }
            texts.add(part.text());
        }
        return TextNode.valueOf(String.join("\n", texts));
    }

    private static ChatPart untyped(JsonNode part) {
        for (String name : List.of("functionCall", "function_call", "toolUse")) {
            if (part.path(name).isObject()) {
                return toolCall(part.path(name));
            }
        }
        for (String name : List.of("functionResponse", "function_response", "toolResult")) {
            if (part.path(name).isObject()) {
                return toolResult(part.path(name));
            }
        }
        for (String name : List.of("inline_data", "inlineData", "file_data", "fileData")) {
            if (part.path(name).isObject()) {
                return media(part.path(name));
            }
        }
        if (part.path("text").isTextual()) {
            String text = part.path("text").asText();
            return part.path("thought").asBoolean() ? ChatPart.reasoning(text) : ChatPart.text(text);
        }
        return ChatPart.json(part.toString());
    }

    /** An image by its URL, or by its bytes; audio, video and files likewise, but of type json. */
    private static ChatPart media(JsonNode part) {
        JsonNode nested = first(part, "image_url", "audio_url", "video_url", "document_url", "image", "source", "file");
        JsonNode place = nested.isObject() ? nested : part;
        String mime = text(place, "mime_type", "media_type", "mimeType", "mediaType");
        mime = mime != null ? mime : text(part, "mime_type", "media_type", "mimeType", "mediaType");
        String url = nested.isTextual() ? nested.asText() : text(place, "url", "uri", "file_uri", "fileUri");
        String bytes = text(place, "content", "data", "bytes");
        if (url == null && bytes != null) {
            boolean isUrl = bytes.startsWith("data:") || bytes.startsWith("http:") || bytes.startsWith("https:");
            url = isUrl ? bytes : "data:" + (mime == null ? "application/octet-stream" : mime) + ";base64," + bytes;
        }
        if (url != null && mime == null && url.startsWith("data:") && url.indexOf(';') > 0) {
            mime = url.substring("data:".length(), url.indexOf(';'));
        }
        String kind = part.path("modality").asText(typeOf(part));
        boolean image = kind.contains("image") || (mime != null && mime.startsWith("image/"));
        if (image && url != null) {
            return new ChatPart(ChatPart.IMAGE, null, null, null, null, null, url, mime);
        }
        return new ChatPart(ChatPart.JSON, part.toString(), null, null, null, null, url, mime);
    }

    private static String typeOf(JsonNode part) {
        return part.path("type").asText("").toLowerCase(Locale.ROOT).replace('-', '_');
    }

    private static String written(JsonNode part) {
        JsonNode value = first(part, "content", "text", "thinking", "reasoning", "refusal", "summary");
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        JsonNode plain = plainResult(value);
        return plain == null ? "" : plain.isTextual() ? plain.asText() : plain.toString();
    }

    static JsonNode first(JsonNode object, String... names) {
        for (String name : names) {
            if (object.hasNonNull(name)) {
                return object.path(name);
            }
        }
        return MissingNode.getInstance();
    }

    /** @return null for what is no text, or empty */
    static @Nullable String text(JsonNode object, String... names) {
        for (String name : names) {
            String text = object.path(name).textValue();
            if (text != null && !text.isEmpty()) {
                return text;
            }
        }
        return null;
    }
}
