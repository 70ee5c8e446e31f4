package io.llmtrace.otlp.chat;

import static io.llmtrace.otlp.chat.Fields.first;
import static io.llmtrace.otlp.chat.Fields.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects the messages in a tree of JSON, and the definitions of tools beside them. */
final class MessageCollector {

    /** How sure it is that a tree is a conversation, from not at all to certainly. */
    enum Shape {
        UNKNOWN,
        /** Texts, or objects with a text: a conversation only if there is nothing else. */
        TEXT,
        /** Parts of a message without one around them. */
        PARTS,
        MESSAGES
    }

    /** Keys that hold the messages, wherever they stand. */
    private static final List<String> WRAPPERS = List.of(
            "messages", "choices", "candidates", "contents", "generations", "inputs", "kwargs", "prompt", "replies");

    /** Keys that hold the messages if there are any: other JSON has such keys, too. */
    private static final List<String> POSSIBLE_WRAPPERS =
            List.of("input", "output", "items", "request", "response", "body", "update");

    /** Fields that only the request of a model has. */
    private static final Set<String> OF_REQUEST =
            Set.of("system", "instructions", "tools", "functions", "previous_response_id", "tool_choice");

    /** The depth up to which messages are searched; no known shape nests deeper. */
    private static final int MAX_DEPTH = 12;

    private final String role;
    private final int depth;
    private final List<ChatMessage> messages = new ArrayList<>();
    private final List<ToolDefinition> tools = new ArrayList<>();

    private MessageCollector(String role, int depth) {
        this.role = role;
        this.depth = depth;
    }

    /**
     * Creates a collector.
     *
     * @param role the role of messages that have none
     */
    MessageCollector(String role) {
        this(role, 0);
    }

    /** Returns the messages that were found. */
    List<ChatMessage> messages() {
        return messages;
    }

    /** Returns the definitions of tools that were found. */
    List<ToolDefinition> tools() {
        return tools;
    }

    /** Collects what a tree holds; what is found in one of an unknown shape does not count. */
    Shape collect(JsonNode node) {
        if (depth > MAX_DEPTH) {
            return Shape.UNKNOWN;
        }
        if (node.isArray()) {
            return collectArray(node);
        }
        return node instanceof ObjectNode object ? collectObject(object) : Shape.UNKNOWN;
    }

    private Shape collectObject(ObjectNode object) {
        ObjectNode langChain = MessageReader.langChainMessage(object);
        if (langChain != null || MessageReader.isMessage(object)) {
            ObjectNode message = langChain == null ? object : langChain;
            JsonNode definition = MessageReader.definitionIn(message);
            if (definition != null) {
                ToolDefinitions.addAll(definition, tools);
            } else {
                messages.add(MessageReader.read(message, role));
            }
            return Shape.MESSAGES;
        }
        if (depth > 0 && ToolDefinitions.isDefinition(object)) {
            ToolDefinitions.addAll(object, tools);
            return Shape.MESSAGES;
        }
        Shape wrapped = collectWrapped(object);
        if (wrapped != Shape.UNKNOWN) {
            return wrapped;
        }
        if (object.path("message").isObject()) {
            return collectInside(object, object.path("message"));
        }
        if (object.path("content").isObject()
                && object.path("content").path("parts").isArray()) {
            return collectInside(object, object.path("content"));
        }
        return collectPart(object);
    }

    /** Collects the messages of a request or a response, and what stands beside them. */
    private Shape collectWrapped(ObjectNode object) {
        for (String wrapper : WRAPPERS) {
            JsonNode value = object.path(wrapper);
            if (value.isArray() || (value.isObject() && !wrapper.equals("prompt"))) {
                MessageCollector inner = inner();
                Shape shape = inner.collect(value);
                if (shape != Shape.UNKNOWN) {
                    addContext(object);
                    inner.finish(object);
                    addAll(inner);
                    return shape;
                }
            }
        }
        for (String wrapper : POSSIBLE_WRAPPERS) {
            JsonNode value = object.path(wrapper);
            MessageCollector inner = inner();
            if (value.isContainerNode() && inner.collect(value) == Shape.MESSAGES) {
                if (!wrapper.equals("output")) { // a response repeats the instructions of its request
                    addContext(object);
                }
                inner.finish(object);
                addAll(inner);
                return Shape.MESSAGES;
            }
        }
        return collectText(object);
    }

    /** Collects a request whose prompt is a text. */
    private Shape collectText(ObjectNode object) {
        boolean request = object.properties().stream().anyMatch(field -> OF_REQUEST.contains(field.getKey()));
        String prompt = object.path("prompt").isTextual() && (request || object.size() == 1)
                ? object.path("prompt").asText()
                : null;
        if (prompt == null && request) {
            prompt = text(object, "input", "messages");
        }
        if (prompt != null) {
            addContext(object);
            messages.add(ChatMessage.of(role, List.of(ChatPart.text(prompt))));
            return Shape.MESSAGES;
        }
        if (object.size() == 1 && object.path("instructions").isTextual()) {
            addContext(object);
            return Shape.MESSAGES;
        }
        return Shape.UNKNOWN;
    }

    /** Adds the instructions and tools of a request; Google's stand in its configuration, Bedrock's tools in one of their own. */
    private void addContext(ObjectNode request) {
        for (JsonNode holder : List.of(request, request.path("config"), request.path("toolConfig"))) {
            JsonNode system = first(holder, "system", "system_instruction", "systemInstruction", "instructions");
            if (system.isTextual() || system.isContainerNode()) {
                List<ChatPart> parts =
                        Parts.ofContent(first(system, "parts").isArray() ? system.path("parts") : system);
                messages.add(ChatMessage.of("system", parts));
            }
            JsonNode definitions = first(holder, "tools", "functions");
            if (definitions.isArray()) {
                ToolDefinitions.addAll(definitions, tools);
            }
        }
    }

    /** Collects the message that a choice or a candidate holds, with the reason why it ended. */
    private Shape collectInside(ObjectNode choice, JsonNode message) {
        MessageCollector inner = inner();
        Shape shape = inner.collect(message);
        inner.finish(choice);
        addAll(inner);
        return shape;
    }

    /** Gives the last message the finish reason of the choice or the response that it is from, if it has none itself. */
    private void finish(ObjectNode answer) {
        int last = messages.size() - 1;
        String reason = MessageReader.finishReason(answer);
        reason = reason == null ? statusOf(answer) : reason;
        if (reason != null && last >= 0 && messages.get(last).finishReason() == null) {
            messages.set(last, messages.get(last).withFinishReason(reason));
        }
    }

    /** Returns why a response of OpenAI's Responses API ended; null for anything else, and if it has not ended. */
    private @Nullable String statusOf(ObjectNode response) {
        if (!response.path("object").asText().equals("response") && !response.has("incomplete_details")) {
            return null;
        }
        return switch (response.path("status").asText()) {
            case "completed" ->
                messages.isEmpty()
                                || ChatMessages.toolCalls(messages.get(messages.size() - 1))
                                        .isEmpty()
                        ? "stop"
                        : "tool_call";
            case "incomplete" -> {
                String reason = text(response.path("incomplete_details"), "reason");
                yield reason == null ? null : ChatSynonyms.finishReason(reason);
            }
            case "failed" -> "error";
            default -> null;
        };
    }

    /**
     * Collects the messages in an array. Adjacent parts without a message around them form one message. An element of an unknown
     * shape becomes a part of type json, if any other is known.
     */
    private Shape collectArray(JsonNode array) {
        if (isPair(array)) {
            messages.add(ChatMessage.of(
                    ChatSynonyms.role(array.get(0).asText()),
                    List.of(ChatPart.text(array.get(1).asText()))));
            return Shape.MESSAGES;
        }
        Shape best = Shape.TEXT;
        boolean unknown = false;
        // Nothing is converted before it is certain that the array is a conversation: it may hold a million numbers.
        List<Found> found = new ArrayList<>();
        for (JsonNode element : array) {
            if (element.isNumber() || element.isBoolean()) {
                return Shape.UNKNOWN;
            }
            if (element.isTextual() || isLoosePart(element)) {
                best = max(best, Parts.isCertain(element) ? Shape.PARTS : Shape.TEXT);
                found.add(new Found(element, null));
            } else if (!element.isNull()) {
                MessageCollector inner = inner();
                Shape shape = inner.collect(element);
                unknown |= shape == Shape.UNKNOWN;
                best = max(best, shape);
                found.add(new Found(element, shape == Shape.UNKNOWN ? null : inner));
            }
        }
        if (unknown && best.compareTo(Shape.PARTS) < 0) {
            return Shape.UNKNOWN;
        }
        addFound(found);
        return best;
    }

    /** An element of an array, with the messages in it; null if it is a part, or of an unknown shape. */
    private record Found(JsonNode element, @Nullable MessageCollector messages) {}

    private void addFound(List<Found> found) {
        List<ChatPart> loose = new ArrayList<>();
        int streamedFrom = -1;
        for (Found each : found) {
            JsonNode element = each.element;
            String roleOfItem = PartKind.roleOfItem(element);
            if (each.messages != null) {
                addLoose(loose);
                int start = messages.size();
                addAll(each.messages);
                if (MessageReader.isUnfinished(element)) {
                    streamedFrom = streamedFrom < 0 ? start : streamedFrom;
                } else if (streamedFrom >= 0) {
                    joinPieces(streamedFrom);
                    streamedFrom = -1;
                }
            } else if (element.isTextual()) {
                loose.add(ChatPart.text(element.asText()));
            } else if (isLoosePart(element)) {
                Parts.add(element, loose);
            } else if (roleOfItem == null) {
                loose.add(ChatPart.json(element.toString()));
            } else {
                addLoose(loose);
                messages.add(ChatMessage.of(roleOfItem, List.of(ChatPart.json(element.toString()))));
            }
        }
        addLoose(loose);
    }

    /**
     * Joins adjacent messages of one role, from an index on: they are the pieces of a streamed answer. Without a last piece they stay as
     * they are, since other emitters leave the reason empty in all messages, which then are choices.
     */
    private void joinPieces(int from) {
        List<ChatMessage> streamed = messages.subList(from, messages.size());
        List<ChatMessage> joined = new ArrayList<>();
        int start = 0;
        for (int end = 1; end <= streamed.size(); end++) {
            String pieceRole = streamed.get(start).role();
            if (end == streamed.size() || !streamed.get(end).role().equals(pieceRole)) {
                joined.add(ChatMessage.of(pieceRole, Parts.joined(streamed.subList(start, end)))
                        .withFinishReason(streamed.get(end - 1).finishReason()));
                start = end;
            }
        }
        streamed.clear();
        messages.addAll(joined);
    }

    private static boolean isLoosePart(JsonNode element) {
        return element instanceof ObjectNode object
                && !MessageReader.isMessage(object)
                && !object.path("message").isObject() // a generation of LangChain repeats the text of its message
                && Parts.isKnown(element)
                && PartKind.roleOfItem(element) == null
                && !ToolDefinitions.isDefinition(element);
    }

    /** Returns whether an array is a message in the short form of LangChain: {@code ["user", "Hi"]}. */
    private static boolean isPair(JsonNode array) {
        return array.size() == 2
                && array.get(0).isTextual()
                && array.get(1).isTextual()
                && ChatSynonyms.knownRole(array.get(0).asText()) != null;
    }

    private void addLoose(List<ChatPart> loose) {
        if (!loose.isEmpty()) {
            boolean calls = loose.stream().allMatch(part -> part.type().equals(ChatPart.TOOL_CALL));
            messages.add(ChatMessage.of(calls ? "assistant" : role, loose));
            loose.clear();
        }
    }

    /** Collects a part that is not inside a message, as some responses have. */
    private Shape collectPart(ObjectNode object) {
        // A single object with a name and arguments may be anything; among others of its kind, it is a call.
        boolean alone = depth == 0 && PartKind.typeOf(object).isEmpty() && PartKind.isBareCall(object);
        if (alone || !Parts.isKnown(object) || PartKind.ofType(object) == PartKind.NOTE) {
            return Shape.UNKNOWN;
        }
        List<ChatPart> parts = new ArrayList<>();
        Parts.add(object, parts);
        String ofItem = PartKind.roleOfItem(object);
        String ofPart = switch (parts.get(0).type()) {
            case ChatPart.TOOL_RESULT -> "tool";
            case ChatPart.TOOL_CALL, ChatPart.REASONING -> "assistant";
            default -> role;
        };
        messages.add(ChatMessage.of(ofItem == null ? ofPart : ofItem, parts));
        if (ofItem != null) {
            return Shape.MESSAGES;
        }
        return Parts.isCertain(object) ? Shape.PARTS : Shape.TEXT;
    }

    private MessageCollector inner() {
        return new MessageCollector(role, depth + 1);
    }

    private void addAll(MessageCollector inner) {
        messages.addAll(inner.messages);
        tools.addAll(inner.tools);
    }

    private static Shape max(Shape one, Shape other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
