package io.llmtrace.model;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A path of an attribute with one of its values, as filters ask for them. {@link #of(TraceSpan)} is the definition of what can be asked
 * for: filters evaluate it, and stores index exactly this.
 *
 * <pre>
 *   in the span                                            path              values
 *   "customer.tier": "gold"                                customer.tier     gold
 *   "customer": {"tier": "gold"}                           customer.tier     gold
 *   "otel.resource": {"attributes": {"host.name": "a"}}    host.name         a
 *   "otel.scope": {"name": "app", …}                       otel.scope.name   app
 *   "ids": [7, 8.5, {"a": 1}]                              ids               7 and 8.5
 *   "llm.input_messages.0.message.role": "user"            –
 *   "input.value": "… more than 256 characters"            input.value       present, but not comparable
 * </pre>
 *
 * <ul>
 *   <li>The attributes of the resource and of the scope stand beside those of the span, under the same paths; a path that several of
 *       them have has all their values.
 *   <li>Values of objects have the path of the object, a dot and their key; a key with a dot is the same as objects within each other.
 *   <li>Of a list, each of the first {@value #MAX_ELEMENTS} elements that is a text, a number or a boolean is a value. Objects and lists
 *       within lists are not, and neither are lists of objects that were flattened into attributes whose keys have an index between
 *       dots. Messages, documents and definitions of tools come in these forms; the text search finds them.
 *   <li>A text of more than {@value #MAX_CHARACTERS} characters, bytes, and a reference to the prompt or the response are present, but
 *       equal to nothing. An empty list, an empty object and null are no values.
 *   <li>A path has at most {@value #MAX_CHARACTERS} characters, and a span {@value #MAX_VALUES} values: of more, the first in the order
 *       of their paths.
 * </ul>
 */
public final class SpanAttribute {

    /** The most characters of a path, and of a text that can be compared; in UTF-16 units. */
    public static final int MAX_CHARACTERS = 256;

    /** The elements of a list that can be asked for. */
    public static final int MAX_ELEMENTS = 64;

    /** The values of a span that can be asked for. */
    public static final int MAX_VALUES = 512;

    private static final Comparator<SpanAttribute> ORDER =
            Comparator.comparing(SpanAttribute::path).thenComparing(attribute -> String.valueOf(attribute.value));

    private final String path;
    private final @Nullable Object value;

    private SpanAttribute(String path, @Nullable Object value) {
        this.path = path;
        this.value = value;
    }

    /** Returns what can be asked for of a span, each path with each of its values once. */
    public static List<SpanAttribute> of(TraceSpan span) {
        if (span.attributes().isEmpty()) {
            return List.of();
        }
        Collector all = new Collector();
        span.attributes().forEach(all::addTop);
        List<SpanAttribute> found = new ArrayList<>(all.found);
        if (found.size() > MAX_VALUES) {
            found.sort(ORDER);
            return List.copyOf(found.subList(0, MAX_VALUES));
        }
        return found;
    }

    /** Returns the path, without a mark in front. */
    public String path() {
        return path;
    }

    /**
     * Returns the value: a {@link String}, a {@link BigDecimal} without trailing zeros, a {@link Boolean}, or a {@link Double} that is
     * not finite; null if it is present only.
     */
    public @Nullable Object value() {
        return value;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SpanAttribute attribute
                && path.equals(attribute.path)
                && Objects.equals(value, attribute.value);
    }

    @Override
    public int hashCode() {
        return 31 * path.hashCode() + Objects.hashCode(value);
    }

    @Override
    public String toString() {
        return path;
    }

    private static final class Collector {
        private final Set<SpanAttribute> found = new LinkedHashSet<>();

        void addTop(String key, @Nullable Object value) {
            if (value instanceof Map<?, ?> envelope && ReservedAttributes.ENVELOPE.contains(key)) {
                envelope.forEach((part, content) -> addOfEnvelope(key, String.valueOf(part), content));
            } else {
                add(key, value);
            }
        }

        private void addOfEnvelope(String key, String part, @Nullable Object content) {
            boolean isAttributes = part.equals(ReservedAttributes.ATTRIBUTES_OF_ENVELOPE)
                    || part.equals(ReservedAttributes.RESERVED_OF_ENVELOPE);
            if (isAttributes && content instanceof Map<?, ?> attributes) {
                addEntries("", attributes);
            } else {
                add(key + "." + part, content);
            }
        }

        /** @param before what stands before the keys in the paths */
        private void addEntries(String before, Map<?, ?> map) {
            List<?> entries = map.size() == 1 && map.get("kvlistValue") instanceof List<?> list ? list : null;
            if (entries == null) {
                map.forEach((key, value) -> add(before + key, value));
                return;
            }
            for (Object entry : entries) {
                if (entry instanceof Map<?, ?> pair && pair.get("key") instanceof String key) {
                    add(before + key, pair.get("value"));
                }
            }
        }

        private void add(String path, @Nullable Object value) {
            if (path.length() > MAX_CHARACTERS || value == null) {
                return;
            }
            if (value instanceof Map<?, ?> map) {
                addMap(path, map);
            } else if (!isOfFlattenedList(path)) {
                if (value instanceof List<?> list) {
                    list.stream().limit(MAX_ELEMENTS).forEach(element -> addElement(path, element));
                } else {
                    addScalar(path, value);
                }
            }
        }

        private void addMap(String path, Map<?, ?> map) {
            Map.Entry<?, ?> only = map.size() == 1 ? map.entrySet().iterator().next() : null;
            if (only != null && only.getValue() instanceof String text) {
                boolean isBytes = only.getKey().equals("bytesValue");
                boolean isReference =
                        only.getKey().equals("$ref") && (text.equals("prompt") || text.equals("response"));
                Double number = only.getKey().equals("doubleValue") ? nonFinite(text) : null;
                if (isBytes || isReference || number != null) {
                    if (!isOfFlattenedList(path)) {
                        found.add(new SpanAttribute(path, number));
                    }
                    return;
                }
            }
            addEntries(path + ".", map);
        }

        private void addElement(String path, @Nullable Object element) {
            if (element instanceof Map<?, ?> map) {
                if (map.size() == 1 && map.get("doubleValue") instanceof String text && nonFinite(text) != null) {
                    found.add(new SpanAttribute(path, nonFinite(text)));
                }
            } else if (element != null && !(element instanceof List<?>)) {
                addScalar(path, element);
            }
        }

        private void addScalar(String path, Object value) {
            found.add(new SpanAttribute(path, comparable(value)));
        }

        private static @Nullable Object comparable(Object value) {
            if (value instanceof String text) {
                return text.length() <= MAX_CHARACTERS ? text : null;
            }
            if (value instanceof Boolean) {
                return value;
            }
            BigDecimal number = value instanceof Double floating
                    ? BigDecimal.valueOf(floating)
                    : value instanceof BigInteger big
                            ? new BigDecimal(big)
                            : BigDecimal.valueOf(((Number) value).longValue());
            return number.stripTrailingZeros();
        }

        private static @Nullable Double nonFinite(String text) {
            return switch (text) {
                case "NaN" -> Double.NaN;
                case "Infinity" -> Double.POSITIVE_INFINITY;
                case "-Infinity" -> Double.NEGATIVE_INFINITY;
                default -> null;
            };
        }

        /** Returns whether a part of a path, neither the first nor the last, is an index: {@code documents.0.content}. */
        private static boolean isOfFlattenedList(String path) {
            boolean digits = false;
            boolean afterDot = false;
            for (int i = 0; i < path.length(); i++) {
                char c = path.charAt(i);
                if (c == '.') {
                    if (digits) {
                        return true;
                    }
                    afterDot = true;
                } else {
                    digits = c >= '0' && c <= '9' && (afterDot || digits);
                    afterDot = false;
                }
            }
            return false;
        }
    }
}
