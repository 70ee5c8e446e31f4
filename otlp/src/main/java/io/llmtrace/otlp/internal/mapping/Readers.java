package io.llmtrace.otlp.internal.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.otlp.internal.messages.AnswerPieces;
import io.llmtrace.otlp.internal.messages.FlatMessages;
import io.llmtrace.otlp.internal.messages.Lists;
import io.llmtrace.otlp.internal.messages.MessageEvents;
import io.llmtrace.otlp.internal.messages.OpenInferenceMessages;
import io.llmtrace.otlp.internal.wire.Decode;
import io.llmtrace.otlp.internal.wire.Json;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The readers of the mapping table, by their names there.
 *
 * <pre>
 *   (none)                     the value, in the form that the field expects
 *   quoted                     the same, after the quotes of a JSON string were removed, if there are any
 *   ms, time, event-time       milliseconds; a time; the time of an event: each as seconds since the start of the span
 *   leaves                     the single values of the attributes below a prefix, and of the objects in these
 *   leaves WORD                the same of an object or a prefix, but only those whose names contain the word
 *   texts FIELD ROLE           a list of texts, as messages of one role
 *   flat-messages ROLE         messages as OpenLLMetry flattens them; ROLE is the default
 *   openinference-messages, openinference-answer    messages as OpenInference flattens them
 *   message-events HALF        events that hold one message each; HALF is prompt or response
 *   event-list HALF            the same as a JSON array, as logfire wrote it
 *   answer-pieces              text, reasoning and tool calls from separate attributes, as one message
 *   before-slash, after-slash  a part of a name: googleai/gemini-2.5-flash
 *   functions                  a list of tool definitions
 *   documents, hits            retrieved documents: from a list, from events
 * </pre>
 */
final class Readers {

    /** Longer texts are not times, and not worth parsing. */
    private static final int MAX_TIME_CHARACTERS = 40;

    /** Reads labels: a list of texts. */
    static final FieldSource.Reader<List<String>> LABELS = (span, path) -> {
        List<String> labels = Decode.separated(Decode.unquoted(valueAt(span, path)));
        return labels.isEmpty() ? null : labels;
    };

    /** A message whose attributes have no number has one of these. */
    private static final Set<String> OF_ONE_MESSAGE = Set.of(
            "content",
            "tool_calls.0.name",
            "message.content",
            "message.contents.0.message_content.text",
            "message.tool_calls.0.tool_call.function.name");

    private Readers() {}

    /** Reads a single value. */
    record Plain<T>(Function<@Nullable AnyValue, @Nullable T> decoder) implements FieldSource.Reader<T> {
        @Override
        public @Nullable T read(MappableSpan span, AttributePath path) {
            return decoder.apply(valueAt(span, path));
        }
    }

    /**
     * Returns a reader.
     *
     * @param tokens the name of the reader and its arguments; empty for the default reader of the field
     * @throws IllegalArgumentException if there is no such reader, or not for this field
     */
    static <T> FieldSource.Reader<T> of(MappedField<T> field, List<String> tokens) {
        String name = tokens.isEmpty() ? "" : tokens.get(0);
        return switch (tokens.size()) {
            case 0 -> new Plain<>(field.decoder());
            case 1 ->
                name.equals("quoted")
                        ? new Plain<>(value -> field.decoder().apply(Decode.unquoted(value)))
                        : withoutArguments(field, name);
            case 2 -> withArgument(field, name, tokens.get(1));
            default -> withArguments(field, name, tokens.get(1), tokens.get(2));
        };
    }

    private static <T> FieldSource.Reader<T> withoutArguments(MappedField<T> field, String name) {
        return switch (name) {
            case "ms" -> cast(field, Double.class, new Plain<>(Readers::milliseconds));
            case "time" -> cast(field, Double.class, Readers::time);
            case "event-time" -> cast(field, Double.class, Readers::eventTime);
            case "leaves" -> cast(field, Leaves.class, (span, path) -> leaves(span, path, ""));
            case "openinference-messages" ->
                content(field, (span, path) -> OpenInferenceMessages.read(itemsAt(span, path), span));
            case "openinference-answer" ->
                content(field, (span, path) -> OpenInferenceMessages.readAnswer(itemsAt(span, path), span));
            case "answer-pieces" -> content(field, Readers::answerPieces);
            case "before-slash" -> content(field, (span, path) -> Decode.known(besideSlash(valueAt(span, path), 0)));
            case "after-slash" -> content(field, (span, path) -> Decode.known(besideSlash(valueAt(span, path), 1)));
            case "functions" -> content(field, (span, path) -> Lists.functions(itemsAt(span, path)));
            case "documents" -> content(field, (span, path) -> Lists.documents(itemsAt(span, path)));
            case "hits" -> content(field, Readers::hits);
            default -> throw unknown(name);
        };
    }

    private static <T> FieldSource.Reader<T> withArgument(MappedField<T> field, String name, String argument) {
        return switch (name) {
            case "leaves" -> cast(field, Leaves.class, (span, path) -> leaves(span, path, argument));
            case "flat-messages" -> content(field, (span, path) -> FlatMessages.read(itemsAt(span, path), argument));
            case "message-events" -> {
                Function<MessageEvents.Conversation, @Nullable String> half = half(argument);
                yield content(field, (span, path) -> half.apply(span.conversationInEvents()));
            }
            case "event-list" -> {
                Function<MessageEvents.Conversation, @Nullable String> half = half(argument);
                yield content(field, (span, path) -> {
                    JsonNode list = treeAt(span, path);
                    return list == null || !list.isArray() ? null : half.apply(MessageEvents.conversationIn(list));
                });
            }
            default -> throw unknown(name);
        };
    }

    private static <T> FieldSource.Reader<T> withArguments(
            MappedField<T> field, String name, String first, String second) {
        if (name.equals("texts")) {
            return content(field, (span, path) -> Lists.texts(itemsAt(span, path), first, second));
        }
        throw unknown(name);
    }

    private static Function<MessageEvents.Conversation, @Nullable String> half(String name) {
        return switch (name) {
            case "prompt" -> MessageEvents.Conversation::prompt;
            case "response" -> MessageEvents.Conversation::response;
            default -> throw new IllegalArgumentException("neither prompt nor response: " + name);
        };
    }

    private static IllegalArgumentException unknown(String name) {
        return new IllegalArgumentException("no such reader: " + name);
    }

    private static <T> FieldSource.Reader<T> content(MappedField<T> field, FieldSource.Reader<String> reader) {
        return cast(field, String.class, reader);
    }

    @SuppressWarnings("unchecked") // the types are compared
    private static <T, R> FieldSource.Reader<T> cast(
            MappedField<T> field, Class<R> type, FieldSource.Reader<R> reader) {
        if (field.type() != (Object) type) {
            throw new IllegalArgumentException("the reader returns a " + type.getSimpleName() + ", not a "
                    + field.type().getSimpleName());
        }
        return (FieldSource.Reader<T>) reader;
    }

    private static @Nullable AnyValue valueAt(MappableSpan span, AttributePath path) {
        if (path instanceof AttributePath.SingleValue single) {
            return single.value(span);
        }
        throw new IllegalStateException(path.text() + " is not a single value");
    }

    private static List<Map<String, AnyValue>> itemsAt(MappableSpan span, AttributePath path) {
        if (path instanceof AttributePath.Flattened list) {
            return span.items(list.prefix());
        }
        if (path instanceof AttributePath.Below only) {
            Map<String, AnyValue> item = only.values(span);
            boolean message = item.keySet().stream().anyMatch(OF_ONE_MESSAGE::contains);
            return message ? List.of(item) : List.of();
        }
        throw new IllegalArgumentException("this reader is for flattened lists, not for " + path.text());
    }

    private static @Nullable JsonNode treeAt(MappableSpan span, AttributePath path) {
        if (path instanceof AttributePath.Near near) {
            return Decode.tree(span.nearest(near.key()));
        }
        return path instanceof AttributePath.Attribute attribute ? span.tree(attribute.key()) : null;
    }

    private static @Nullable Leaves leaves(MappableSpan span, AttributePath path, String word) {
        return path instanceof AttributePath.Below below
                ? Leaves.of(below.values(span), word)
                : Leaves.of(valueAt(span, path), word);
    }

    /** Returns what stands before (0) or after (1) the first slash; the whole text after, and nothing before, if there is none. */
    private static @Nullable String besideSlash(@Nullable AnyValue value, int side) {
        String text = Decode.identifier(value);
        if (text == null) {
            return null;
        }
        int slash = text.indexOf('/');
        if (side == 1) {
            return text.substring(slash + 1);
        }
        return slash < 0 ? null : text.substring(0, slash);
    }

    private static @Nullable String answerPieces(MappableSpan span, AttributePath path) {
        if (path instanceof AttributePath.Several pieces) {
            return AnswerPieces.read(pieces.prefix(), pieces.names(), span);
        }
        throw new IllegalArgumentException("answer-pieces is for several keys, not for " + path.text());
    }

    private static @Nullable String hits(MappableSpan span, AttributePath path) {
        return Lists.hits(path instanceof AttributePath.Events events ? span.events(events.names()) : List.of());
    }

    private static @Nullable Double milliseconds(@Nullable AnyValue value) {
        Double millis = Decode.amount(value);
        return millis == null ? null : Double.valueOf(millis / 1e3);
    }

    private static @Nullable Double time(MappableSpan span, AttributePath path) {
        String text = Decode.identifier(Decode.unquoted(valueAt(span, path)));
        if (text == null || text.length() > MAX_TIME_CHARACTERS) {
            return null;
        }
        try {
            return secondsSinceStart(span, OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static @Nullable Double eventTime(MappableSpan span, AttributePath path) {
        if (path instanceof AttributePath.OneEvent event) {
            return secondsSinceStart(span, span.timeOfEvent(event.name()));
        }
        throw new IllegalArgumentException("event-time is for an event, not for " + path.text());
    }

    private static @Nullable Double secondsSinceStart(MappableSpan span, @Nullable Instant time) {
        Instant start = span.startTime();
        if (start == null || time == null) {
            return null;
        }
        Duration since = Duration.between(start, time);
        return since.isNegative() ? null : Double.valueOf(since.getSeconds() + since.getNano() / 1e9);
    }

    /**
     * Returns a reader of names and values, from a JSON object or from the attributes below a prefix.
     *
     * @param excluded names that fill fields of their own
     */
    static FieldSource.Reader<Map<String, String>> metadata(List<String> excluded) {
        Set<String> names = Set.copyOf(excluded);
        return (span, path) -> {
            Map<String, String> metadata = new LinkedHashMap<>();
            if (path instanceof AttributePath.Below below) {
                putAll(metadata, below.values(span), names);
            } else {
                JsonNode tree = treeAt(span, path);
                if (tree != null && tree.isObject()) {
                    tree.properties().forEach(entry -> put(metadata, entry.getKey(), textOf(entry.getValue()), names));
                }
            }
            return metadata.isEmpty() ? null : metadata;
        };
    }

    private static void putAll(Map<String, String> to, Map<String, AnyValue> values, Set<String> excluded) {
        values.forEach((name, value) -> put(to, name, Decode.content(Decode.unquoted(value)), excluded));
    }

    private static void put(Map<String, String> to, String name, @Nullable String value, Set<String> excluded) {
        if (value != null && !excluded.contains(name)) {
            to.put(name, value);
        }
    }

    private static @Nullable String textOf(JsonNode value) {
        if (value.isNull()) {
            return null;
        }
        return value.isValueNode() ? value.asText() : Json.write(value);
    }
}
