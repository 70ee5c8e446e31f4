package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.model.Times;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The readers of the mapping table, by their names there.
 *
 * <pre>
 *   (none)                     the value as the field expects it
 *   quoted                     the same, after a JSON string around it was taken away, if there is one
 *   ms, time, event-time       milliseconds; a time; the time of an event: as seconds since the start
 *   buckets NAME               one of the counts in Langfuse's usage details
 *   texts FIELD ROLE           a list of texts as messages of one role
 *   flat-messages ROLE         messages as OpenLLMetry flattens them; ROLE if they do not say
 *   openinference-messages, openinference-answer    messages as OpenInference flattens them
 *   message-events WHICH       events that hold one message each: prompt, or response
 *   event-list WHICH           the same as a JSON array, as logfire wrote it
 *   vercel-answer              text, reasoning and tool calls that stand apart, as one message
 *   functions                  a list of definitions of tools
 *   documents, hits            found documents: as a list, as events
 * </pre>
 */
final class Readers {

    /** Labels: a list of texts. */
    static final Source.Reader<List<String>> LABELS = (view, place) -> {
        List<String> labels = Decode.texts(place.value(view));
        return labels.isEmpty() ? null : labels;
    };

    private Readers() {}

    /** Reads a single value. */
    record Plain<T>(Function<@Nullable AnyValue, @Nullable T> decoder) implements Source.Reader<T> {
        @Override
        public @Nullable T read(SpanView view, Place place) {
            return decoder.apply(place.value(view));
        }
    }

    /**
     * @param words the name and what follows it; none for the usual reader of the target
     * @throws IllegalArgumentException if there is no such reader, or not for this target
     */
    static <T> Source.Reader<T> of(Target<T> target, List<String> words) {
        String name = words.isEmpty() ? "" : words.get(0);
        return switch (words.size()) {
            case 0 -> new Plain<>(target.decoder());
            case 1 ->
                name.equals("quoted")
                        ? new Plain<>(value -> target.decoder().apply(Decode.unquoted(value)))
                        : typed(target, name);
            case 2 -> typed(target, name, words.get(1));
            default -> typed(target, name, words.get(1), words.get(2));
        };
    }

    private static <T> Source.Reader<T> typed(Target<T> target, String name) {
        return switch (name) {
            case "ms" -> cast(target, Double.class, new Plain<>(Readers::milliseconds));
            case "time" -> cast(target, Double.class, Readers::time);
            case "event-time" -> cast(target, Double.class, Readers::eventTime);
            case "openinference-messages" -> content(target, OpenInferenceMessages::read);
            case "openinference-answer" -> content(target, OpenInferenceMessages::readAnswer);
            case "vercel-answer" -> content(target, VercelAnswer::read);
            case "functions" -> content(target, Lists::functions);
            case "documents" -> content(target, Lists::documents);
            case "hits" -> content(target, Lists::hits);
            default -> throw unknown(name);
        };
    }

    private static <T> Source.Reader<T> typed(Target<T> target, String name, String word) {
        return switch (name) {
            case "buckets" -> cast(target, Long.class, LangfuseUsage.reader(word));
            case "flat-messages" -> content(target, (view, place) -> FlatMessages.read(view, place, word));
            case "message-events" ->
                content(target, MessageEvents.reader(MessageEvents.Half.valueOf(word.toUpperCase(Locale.ROOT))));
            case "event-list" ->
                content(
                        target,
                        MessageEvents.listReader(MessageEvents.Half.valueOf(word.toUpperCase(Locale.ROOT))));
            default -> throw unknown(name);
        };
    }

    private static <T> Source.Reader<T> typed(Target<T> target, String name, String first, String second) {
        if (name.equals("texts")) {
            return content(target, (view, place) -> Lists.texts(view, place, first, second));
        }
        throw unknown(name);
    }

    private static IllegalArgumentException unknown(String name) {
        return new IllegalArgumentException("no such reader: " + name);
    }

    private static <T> Source.Reader<T> content(Target<T> target, Source.Reader<String> reader) {
        return cast(target, String.class, reader);
    }

    @SuppressWarnings("unchecked") // the types are compared
    private static <T, R> Source.Reader<T> cast(Target<T> target, Class<R> type, Source.Reader<R> reader) {
        if (target.type() != (Object) type) {
            throw new IllegalArgumentException(
                    "reader gives a " + type.getSimpleName() + ", no " + target.type().getSimpleName());
        }
        return (Source.Reader<T>) reader;
    }

    private static @Nullable Double milliseconds(@Nullable AnyValue value) {
        Double millis = Decode.amount(value);
        return millis == null ? null : Double.valueOf(millis / 1e3);
    }

    private static @Nullable Double time(SpanView view, Place place) {
        String text = Decode.identifier(Decode.unquoted(place.value(view)));
        if (text == null || text.length() > 40) {
            return null;
        }
        try {
            return secondsSinceStart(view.span, OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static @Nullable Double eventTime(SpanView view, Place place) {
        if (!(place instanceof Place.OneEvent wanted)) {
            throw new IllegalArgumentException("event-time is for an event, not for " + place.text());
        }
        for (Span.Event event : view.span.getEventsList()) {
            if (event.getName().equals(wanted.name()) && event.getTimeUnixNano() > 0) {
                return secondsSinceStart(view.span, Times.ofNanos(event.getTimeUnixNano()));
            }
        }
        return null;
    }

    private static @Nullable Double secondsSinceStart(Span span, Instant time) {
        if (span.getStartTimeUnixNano() < 0) {
            return null;
        }
        Duration since = Duration.between(Times.ofNanos(span.getStartTimeUnixNano()), time);
        return since.isNegative() ? null : Double.valueOf(since.getSeconds() + since.getNano() / 1e9);
    }

    /**
     * Names and values: of a JSON object, or of the attributes below a prefix.
     *
     * @param leftOut names that are no metadata
     */
    static Source.Reader<Map<String, String>> metadata(List<String> leftOut) {
        Set<String> names = Set.copyOf(leftOut);
        return (view, place) -> {
            Map<String, String> found = new LinkedHashMap<>();
            if (place instanceof Place.Below below) {
                String start = below.prefix() + ".";
                view.lookups().forEach((key, value) -> {
                    if (key.startsWith(start)) {
                        put(found, key.substring(start.length()), Decode.content(Decode.unquoted(value)), names);
                    }
                });
            } else if (place instanceof Place.Attribute attribute) {
                JsonNode tree = view.tree(attribute.key());
                if (tree != null && tree.isObject()) {
                    tree.properties().forEach(entry -> put(found, entry.getKey(), textOf(entry.getValue()), names));
                }
            }
            return found.isEmpty() ? null : found;
        };
    }

    private static void put(Map<String, String> to, String name, @Nullable String value, Set<String> leftOut) {
        if (value != null && !leftOut.contains(name)) {
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
