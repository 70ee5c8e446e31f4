package io.llmtrace.otlp.internal.messages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.otlp.internal.wire.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads prompts and responses that were sent as events of the span, or as log records that belong to it. Both are stored as
 * {@link SpanEvent}s, so that the conversation can be assembled again when another event arrives.
 *
 * <pre>
 *   gen_ai.{system,user,assistant,tool}.message       one message of the prompt each     (OpenTelemetry until 1.36)
 *   gen_ai.choice                                     one message of the response each
 *   gen_ai.client.inference.operation.details         both, complete, in its attributes  (since then)
 *   gen_ai.content.{prompt,completion}                log records of LiteLLM: one message each in the body
 * </pre>
 */
public final class MessageEvents {

    /** The name of the event that holds the details of an inference, including prompt and response. */
    public static final String OPERATION_DETAILS = "gen_ai.client.inference.operation.details";

    private static final String CHOICE = "gen_ai.choice";
    private static final String MESSAGE_SUFFIX = ".message";
    private static final String CONTENT_PROMPT = "gen_ai.content.prompt";
    private static final String CONTENT_COMPLETION = "gen_ai.content.completion";

    /** The attribute in which Azure's SDKs put the message. */
    private static final String EVENT_CONTENT = "gen_ai.event.content";

    private MessageEvents() {}

    /** A prompt and a response; null where the events have none. */
    public record Conversation(
            @Nullable String prompt, @Nullable String response) {}

    /** Returns the conversation in a JSON array of events: {@code [{"event.name": "gen_ai.user.message", …}]}. */
    public static Conversation conversationIn(JsonNode list) {
        Collector collector = new Collector();
        for (JsonNode event : list) {
            collector.add(event.path("event.name").asText(), event);
        }
        return collector.conversation();
    }

    /**
     * Returns the conversation in the events of a span. The event with the details of the inference takes precedence over
     * events with single messages.
     */
    public static Conversation conversationIn(List<SpanEvent> events) {
        List<SpanEvent> ordered = new ArrayList<>(events);
        ordered.sort(
                Comparator.comparing(SpanEvent::timestamp)); // stable: simultaneous events keep their order of arrival
        Collector collector = new Collector();
        String wholePrompt = null;
        String wholeResponse = null;
        for (SpanEvent event : ordered) {
            if (event.eventType().equals(OPERATION_DETAILS)) {
                Map<?, ?> attributes = detailsOf(event);
                wholePrompt = wholePrompt == null ? text(attributes.get("gen_ai.input.messages")) : wholePrompt;
                wholeResponse = wholeResponse == null ? text(attributes.get("gen_ai.output.messages")) : wholeResponse;
            } else if (isContent(event.eventType())) {
                collector.add(event.eventType(), payloadOf(event));
            } else if (bodyOf(event) instanceof Map<?, ?> body) {
                collector.addContent(event.eventType(), json(body));
            }
        }
        Conversation pieces = collector.conversation();
        return new Conversation(
                wholePrompt == null ? pieces.prompt() : wholePrompt,
                wholeResponse == null ? pieces.response() : wholeResponse);
    }

    /** Assembles messages. */
    private static final class Collector {
        private final ArrayNode prompt = Messages.list();
        private final ArrayNode response = Messages.list();

        void add(String name, JsonNode payload) {
            if (name.equals(CHOICE)) {
                response.add(choice(payload));
            } else if (name.startsWith("gen_ai.") && name.endsWith(MESSAGE_SUFFIX)) {
                int end = name.length() - MESSAGE_SUFFIX.length();
                String role = end < "gen_ai.".length() ? "" : name.substring("gen_ai.".length(), end);
                prompt.add(message(role, payload));
            }
        }

        void addContent(String name, JsonNode body) {
            if (name.equals(CONTENT_PROMPT) && (body.has("content") || body.has("tool_calls"))) {
                prompt.add(message("user", body));
            } else if (name.equals(CONTENT_COMPLETION) && body.path("message").has("content")) {
                response.add(choice(body));
            }
        }

        Conversation conversation() {
            return new Conversation(Messages.write(prompt), Messages.write(response));
        }
    }

    /** Returns whether an event of this name can hold a part of the conversation. */
    private static boolean isContent(String eventName) {
        return eventName.equals(OPERATION_DETAILS)
                || eventName.equals(CHOICE)
                || (eventName.startsWith("gen_ai.") && eventName.endsWith(MESSAGE_SUFFIX));
    }

    private static ObjectNode message(String defaultRole, JsonNode payload) {
        String role = payload.path("role").asText(defaultRole);
        ObjectNode message = Messages.message(role);
        Messages.putIfPresent(message, "name", payload.path("name").textValue());
        JsonNode content = payload.path("content");
        if (role.equals("tool") || defaultRole.equals("tool")) {
            String id = payload.path(payload.has("id") ? "id" : "tool_call_id").textValue();
            Messages.addToolResponse(message, id, payload.path("name").textValue(), content);
            return message;
        }
        addContent(message, content);
        addCalls(message, payload);
        return message;
    }

    private static ObjectNode choice(JsonNode payload) {
        JsonNode body = Json.unwrapped(payload.path("message"));
        ObjectNode message = message("assistant", body.isObject() ? body : payload);
        if (!body.isObject()) {
            addContent(message, body);
        } else if (body.path("tool_calls").isEmpty()) { // Semantic Kernel lists them in both places
            addCalls(message, payload);
        }
        String reason = payload.path("finish_reason").textValue();
        if (reason != null) {
            message.put("finish_reason", Messages.finishReason(reason));
        }
        return message;
    }

    private static void addContent(ObjectNode message, JsonNode content) {
        if (content.isTextual()) {
            Messages.addText(message, content.textValue());
        } else if (content.isArray()) {
            content.forEach(part -> Messages.partsOf(message).add(part));
        } else if (content.isObject()) {
            Messages.partsOf(message).add(content);
        }
    }

    private static void addCalls(ObjectNode message, JsonNode holder) {
        Messages.addToolCallsIn(message, Json.unwrapped(holder.path("tool_calls")));
        JsonNode call = Json.unwrapped(holder.path("function_call"));
        Messages.addToolCallsIn(message, call.isObject() ? call : null);
    }

    /** Returns the body of a log record, else the attributes; their values may be JSON text. */
    private static JsonNode payloadOf(SpanEvent event) {
        Object body = bodyOf(event);
        Map<?, ?> attributes = attributesOf(event);
        JsonNode tree = json(body == null ? attributes.get(EVENT_CONTENT) : body);
        if (tree.isTextual() && Json.tree(tree.textValue()) == null) {
            return JsonNodeFactory.instance.objectNode().set("content", tree);
        }
        JsonNode payload = Json.unwrapped(tree);
        return payload.isObject() ? payload : Unflattened.of(json(attributes));
    }

    /** Returns the attributes, supplemented by the fields of the body. */
    private static Map<?, ?> detailsOf(SpanEvent event) {
        Map<Object, @Nullable Object> details = new LinkedHashMap<>();
        if (bodyOf(event) instanceof Map<?, ?> body) {
            details.putAll(body);
        }
        details.putAll(attributesOf(event));
        return details;
    }

    private static @Nullable Object bodyOf(SpanEvent event) {
        return event.data() instanceof Map<?, ?> data && data.get(ReservedAttributes.LOG) instanceof Map<?, ?> log
                ? log.get("body")
                : null;
    }

    private static Map<?, ?> attributesOf(SpanEvent event) {
        return event.data() instanceof Map<?, ?> map ? new LinkedHashMap<>(map) : Map.of();
    }

    private static @Nullable String text(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        return value instanceof String text ? text : TraceJson.write(value);
    }

    private static JsonNode json(@Nullable Object value) {
        if (value instanceof String text) {
            return TextNode.valueOf(text);
        }
        return Json.MAPPER.valueToTree(value);
    }
}
