package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.SpanEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prompt and response that were sent as events: events of the span, or log records that belong to it. Both are kept as
 * {@link SpanEvent}s, so that the content can be put together anew whenever a further event arrives.
 *
 * <pre>
 *   gen_ai.{system,user,assistant,tool}.message       one message of the prompt each     (OpenTelemetry until 1.36)
 *   gen_ai.choice                                     one message of the response each
 *   gen_ai.client.inference.operation.details         both, whole, in its attributes     (since)
 * </pre>
 */
final class MessageEvents {

    static final String OPERATION_DETAILS = "gen_ai.client.inference.operation.details";
    private static final String CHOICE = "gen_ai.choice";
    private static final String MESSAGE_SUFFIX = ".message";

    /** Where Azure's SDKs put the payload. */
    private static final String EVENT_CONTENT = "gen_ai.event.content";

    private MessageEvents() {}

    /** What the events say; a part that they do not say is null. */
    record Content(@Nullable String prompt, @Nullable String response) {}

    /** Which of the two. */
    enum Half {
        PROMPT,
        RESPONSE;

        @Nullable
        String of(Content content) {
            return this == PROMPT ? content.prompt() : content.response();
        }
    }

    /** Of the events of a span. */
    static Source.Reader<String> reader(Half half) {
        return (view, place) -> half.of(view.messageEvents());
    }

    /** Of events that stand in one attribute, as a JSON array: {@code [{"event.name": "gen_ai.user.message", …}]}. */
    static Source.Reader<String> listReader(Half half) {
        return (view, place) -> {
            JsonNode list = place instanceof Place.Attribute attribute ? view.tree(attribute.key()) : null;
            if (list == null || !list.isArray()) {
                return null;
            }
            Collector collector = new Collector();
            for (JsonNode event : list) {
                collector.add(event.path("event.name").asText(), event);
            }
            return half.of(collector.content());
        };
    }

    static Content contentOf(List<SpanEvent> events) {
        List<SpanEvent> ordered = new ArrayList<>(events);
        ordered.sort(Comparator.comparing(SpanEvent::timestamp)); // stable: ties stay in the order of arrival
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
            }
        }
        Content pieces = collector.content();
        return new Content(
                wholePrompt == null ? pieces.prompt() : wholePrompt,
                wholeResponse == null ? pieces.response() : wholeResponse);
    }

    /** Puts messages together. */
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

        Content content() {
            return new Content(Messages.write(prompt), Messages.write(response));
        }
    }

    /** Whether the event can say something about prompt or response. */
    static boolean isContent(String eventName) {
        return eventName.equals(OPERATION_DETAILS)
                || eventName.equals(CHOICE)
                || (eventName.startsWith("gen_ai.") && eventName.endsWith(MESSAGE_SUFFIX));
    }

    private static ObjectNode message(String defaultRole, JsonNode payload) {
        String role = payload.path("role").asText(defaultRole);
        ObjectNode message = Messages.message(role);
        Messages.putIfThere(message, "name", payload.path("name").textValue());
        JsonNode content = payload.path("content");
        if (role.equals("tool") || defaultRole.equals("tool")) {
            String id = payload.path("id").textValue();
            Messages.addToolResponse(message, id, payload.path("name").textValue(), content);
            return message;
        }
        addContent(message, content);
        addToolCalls(message, payload.path("tool_calls"));
        return message;
    }

    private static ObjectNode choice(JsonNode payload) {
        JsonNode body = Messages.treeOrText(payload.path("message"));
        ObjectNode message = message("assistant", body.isObject() ? body : payload);
        if (!body.isObject()) {
            addContent(message, body);
        } else if (body.path("tool_calls").isEmpty()) { // Semantic Kernel says them in both places
            addToolCalls(message, payload.path("tool_calls"));
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

    private static void addToolCalls(ObjectNode message, JsonNode toolCalls) {
        for (JsonNode call : Messages.treeOrText(toolCalls)) {
            JsonNode function = call.path("function");
            Messages.addToolCall(
                    message,
                    call.path("id").textValue(),
                    function.path("name").textValue(),
                    function.has("arguments") ? function.get("arguments") : null);
        }
    }

    /** The body of a log record, else the attributes; values in them may be JSON text. */
    private static JsonNode payloadOf(SpanEvent event) {
        Object body = LogEvents.bodyOf(event);
        Map<?, ?> attributes = attributesOf(event);
        JsonNode tree = json(body == null ? attributes.get(EVENT_CONTENT) : body);
        if (tree.isTextual() && Json.tree(tree.textValue()) == null) {
            return JsonNodeFactory.instance.objectNode().set("content", tree);
        }
        JsonNode payload = Messages.treeOrText(tree);
        return payload.isObject() ? payload : json(attributes);
    }

    /** The attributes, else the fields of the body. */
    private static Map<?, ?> detailsOf(SpanEvent event) {
        Map<Object, @Nullable Object> details = new LinkedHashMap<>();
        if (LogEvents.bodyOf(event) instanceof Map<?, ?> body) {
            details.putAll(body);
        }
        details.putAll(attributesOf(event));
        return details;
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
