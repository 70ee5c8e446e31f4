package io.llmtrace.model;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The type of a {@link SpanField}: the text form of its values, the legal values, and the texts that the text search reads
 * from a value.
 *
 * @param <T> the Java type of the values
 */
public final class FieldType<T> {

    /** The JSON types that values can have. */
    public enum Json {
        STRING,
        INTEGER,
        NUMBER,
        BOOLEAN,
        ARRAY,
        OBJECT
    }

    /** The units that numbers can have. */
    public enum Unit {
        NONE,
        MILLISECONDS,
        US_DOLLARS
    }

    private static final String NO_NUMBER = "not a number, or out of range: ";

    /** Java's parsers also read digits of other scripts, which the stores would not, and numbers with spaces or a suffix, such as 5f. */
    private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]+");

    private static final Pattern DECIMAL = Pattern.compile("[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?");

    /** Valid Unicode of at most 16 MiB of UTF-8. */
    public static final FieldType<String> TEXT = new FieldType<>("text", Json.STRING, String.class)
            .writtenAs(Function.identity(), Function.identity())
            .checkedBy(Texts::requireStorable)
            .searchedBy(Stream::of);

    /** {@code true} or {@code false}. */
    public static final FieldType<Boolean> BOOLEAN = new FieldType<>("boolean", Json.BOOLEAN, Boolean.class)
            .writtenAs(FieldType::parseBoolean, String::valueOf)
            .oneOf(true, false);

    public static final FieldType<LlmProvider> PROVIDER =
            new FieldType<>("provider", Json.STRING, LlmProvider.class).writtenAs(LlmProvider::new, LlmProvider::name);

    public static final FieldType<SpanKind> KIND = new FieldType<>("kind", Json.STRING, SpanKind.class)
            .writtenAs(SpanKind::ofText, SpanKind::text)
            .oneOf(SpanKind.values());

    public static final FieldType<SpanStatus> STATUS = new FieldType<>("status", Json.STRING, SpanStatus.class)
            .writtenAs(SpanStatus::ofText, SpanStatus::text)
            .oneOf(SpanStatus.values());

    public static final FieldType<SpanLevel> LEVEL = new FieldType<>("level", Json.STRING, SpanLevel.class)
            .writtenAs(SpanLevel::ofText, SpanLevel::text)
            .oneOf(SpanLevel.values());

    public static final FieldType<Severity> SEVERITY = new FieldType<>("severity", Json.STRING, Severity.class)
            .writtenAs(Severity::ofText, Severity::text)
            .oneOf(Severity.values());

    /** An id of 16 bytes, written as a UUID; 32 hex digits are read, too. */
    public static final FieldType<UUID> TRACE_ID =
            new FieldType<>("trace_id", Json.STRING, UUID.class).writtenAs(Ids::parseTraceId, UUID::toString);

    /** An id of 8 bytes, written as 16 hex digits, or one of 16 bytes, written as a UUID. */
    public static final FieldType<UUID> SPAN_ID =
            new FieldType<>("span_id", Json.STRING, UUID.class).writtenAs(Ids::parseSpanId, Ids::formatSpanId);

    /** A time, written as RFC 3339 in UTC with up to nine fractional digits; within the range of {@link Times}. */
    public static final FieldType<Instant> TIME = new FieldType<>("time", Json.STRING, Instant.class)
            .writtenAs(FieldType::parseTime, Instant::toString)
            .checkedBy(Times::requireStorable);

    /** A whole number from zero to {@link Long#MAX_VALUE}. */
    public static final FieldType<Long> COUNT = new FieldType<>("count", Json.INTEGER, Long.class)
            .writtenAs(number(WHOLE, Long::valueOf), String::valueOf)
            .checkedBy(Checks::notNegative);

    /** A duration in whole milliseconds, zero or more. */
    public static final FieldType<Long> DURATION_MS = new FieldType<>("duration", Json.INTEGER, Long.class)
            .writtenAs(number(WHOLE, Long::valueOf), String::valueOf)
            .checkedBy(Checks::notNegative)
            .in(Unit.MILLISECONDS);

    /** An HTTP status or any other number in [0, 65535]. */
    public static final FieldType<Integer> STATUS_CODE = new FieldType<>("status_code", Json.INTEGER, Integer.class)
            .writtenAs(number(WHOLE, Integer::valueOf), String::valueOf)
            .upTo(65_535);

    /** A whole number in [0, 100]. */
    public static final FieldType<Integer> SCORE = new FieldType<>("score", Json.INTEGER, Integer.class)
            .writtenAs(number(WHOLE, Integer::valueOf), String::valueOf)
            .upTo(100);

    /** An amount in US dollars, zero or more. */
    public static final FieldType<Double> COST_USD = new FieldType<>("cost", Json.NUMBER, Double.class)
            .writtenAs(number(DECIMAL, FieldType::finite), String::valueOf)
            .checkedBy(Checks::notNegative)
            // Negative zero becomes zero: some stores do not distinguish them, and both must pass the same filters.
            .normalizedBy(value -> value + 0.0)
            .in(Unit.US_DOLLARS);

    public static final FieldType<List<SecurityFinding>> FINDINGS = FieldType.<List<SecurityFinding>>structure(
                    "security_findings", Json.ARRAY)
            .searchedBy(findings -> findings.stream().flatMap(f -> Stream.of(f.findingType(), f.description())));

    public static final FieldType<List<AgentAction>> ACTIONS = FieldType.<List<AgentAction>>structure(
                    "agent_actions", Json.ARRAY)
            .searchedBy(actions -> actions.stream()
                    .flatMap(a -> Stream.of(a.name(), a.arguments(), a.result()))
                    .filter(Objects::nonNull));

    /** Events, of which only the instructions to a model are searched. */
    public static final FieldType<List<SpanEvent>> EVENTS = FieldType.<List<SpanEvent>>structure("events", Json.ARRAY)
            .searchedBy(events -> events.stream().flatMap(event -> SearchedAttributes.textsIn(event.data())));

    public static final FieldType<Map<String, String>> TAGS = structure("tags", Json.OBJECT);

    /** A JSON object of which only the instructions to a model are searched, which some instrumentations send as attributes. */
    public static final FieldType<Map<String, @Nullable Object>> ATTRIBUTES =
            FieldType.<Map<String, @Nullable Object>>structure("json", Json.OBJECT)
                    .searchedBy(SearchedAttributes::textsIn);

    /** A JSON object with the values that {@link JsonValues} describes. */
    public static final FieldType<Map<String, @Nullable Object>> JSON_OBJECT = structure("json", Json.OBJECT);

    private final String name;
    private final Json json;
    private final @Nullable Class<T> javaType;
    private @Nullable Function<String, T> parser;
    private Function<T, String> formatter = String::valueOf;
    private BiConsumer<T, String> check = (value, field) -> {};
    private Function<T, T> normalizer = Function.identity();
    private Function<T, Stream<String>> searchedTexts = value -> Stream.empty();
    private List<String> allowed = List.of();
    private Unit unit = Unit.NONE;
    private @Nullable Integer maximum;

    private FieldType(String name, Json json, @Nullable Class<T> javaType) {
        this.name = name;
        this.json = json;
        this.javaType = javaType;
    }

    private static <T> FieldType<T> structure(String name, Json json) {
        return new FieldType<>(name, json, null);
    }

    private FieldType<T> writtenAs(Function<String, T> parser, Function<T, String> formatter) {
        this.parser = parser;
        this.formatter = formatter;
        return this;
    }

    private FieldType<T> checkedBy(BiConsumer<T, String> check) {
        this.check = check;
        return this;
    }

    private FieldType<T> normalizedBy(Function<T, T> normalizer) {
        this.normalizer = normalizer;
        return this;
    }

    private FieldType<T> searchedBy(Function<T, Stream<String>> searchedTexts) {
        this.searchedTexts = searchedTexts;
        return this;
    }

    @SafeVarargs
    private FieldType<T> oneOf(T... values) {
        this.allowed = Arrays.stream(values).map(formatter).toList();
        return this;
    }

    private FieldType<T> upTo(int maximum) {
        this.maximum = maximum;
        return checkedBy((value, name) -> Checks.within((Integer) value, 0, maximum, name));
    }

    private FieldType<T> in(Unit unit) {
        this.unit = unit;
        return this;
    }

    /** Returns the name in an API, such as {@code duration}. */
    public String name() {
        return name;
    }

    /** Returns the JSON type of the values. */
    public Json json() {
        return json;
    }

    /** Returns the unit of the values; {@link Unit#NONE} if they are not numbers with a unit. */
    public Unit unit() {
        return unit;
    }

    /** Returns the largest legal number; null if there is none. The smallest is always zero. */
    public @Nullable Integer maximum() {
        return maximum;
    }

    /** Returns the texts of all legal values if they are enumerable, such as the kinds of spans; otherwise an empty list. */
    public List<String> allowed() {
        return allowed;
    }

    /** Returns whether any text is a value, rather than those of an enumeration, an id, a number or a time. */
    public boolean isFreeText() {
        return json == Json.STRING && allowed.isEmpty() && (javaType == String.class || javaType == LlmProvider.class);
    }

    /** Returns whether values are ids of traces or spans. */
    public boolean isId() {
        return javaType == UUID.class;
    }

    /** Returns whether one value can be less than another: numbers and times. */
    public boolean isOrdered() {
        return json == Json.INTEGER || json == Json.NUMBER || javaType == Instant.class;
    }

    /** Returns whether values are lists or objects, which have no text form. */
    public boolean isStructure() {
        return javaType == null;
    }

    /** Returns the class of the values, or null if they are lists or objects. */
    public @Nullable Class<T> javaType() {
        return javaType;
    }

    /**
     * Parses the text form of a value.
     *
     * @throws IllegalArgumentException if the text is not a value of this type; the message shows the text
     * @throws IllegalStateException if the values are lists or objects
     */
    public T parse(String text) {
        if (parser == null) {
            throw new IllegalStateException("values of " + name + " have no text form");
        }
        return parser.apply(text);
    }

    /** Formats a value as the text that {@link #parse} reads. */
    public String format(T value) {
        return formatter.apply(value);
    }

    /** Returns the canonical form of a value, such as zero for negative zero. */
    public T normalize(T value) {
        return normalizer.apply(value);
    }

    /**
     * Checks that a value is legal.
     *
     * @param name the name of the field or filter, for the message
     * @throws IllegalArgumentException if the value is out of range; the message begins with {@code name}
     */
    public void check(T value, String name) {
        check.accept(value, name);
    }

    /** Returns the texts that the text search reads from a value. */
    Stream<String> searchedTexts(T value) {
        return searchedTexts.apply(value);
    }

    @Override
    public String toString() {
        return name;
    }

    private static boolean parseBoolean(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("not true or false: '" + text + "'");
        };
    }

    private static Instant parseTime(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "not an RFC 3339 time such as 2026-01-31T09:30:00.123456789Z: '" + text + "'", e);
        }
    }

    private static <N extends Number> Function<String, N> number(Pattern form, Function<String, N> parser) {
        return text -> {
            try {
                if (form.matcher(text).matches()) {
                    return parser.apply(text);
                }
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(NO_NUMBER + "'" + text + "'", e);
            }
            throw new IllegalArgumentException(NO_NUMBER + "'" + text + "'");
        };
    }

    /** Refuses 1e400, which Java reads as infinity. */
    private static Double finite(String text) {
        double value = Double.parseDouble(text);
        if (Double.isInfinite(value)) {
            throw new NumberFormatException(text);
        }
        return value;
    }
}
