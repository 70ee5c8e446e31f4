package io.llmtrace.testkit;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.FieldType;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A generator of random traces of a few tenants. Each value is one of a few, so that filters match, times tie, ids repeat (which
 * replaces spans) and tenants share ids. The same seed gives the same sequence. Not thread-safe.
 */
public final class RandomTraces {

    private static final int TENANTS = 3;
    private static final int TRACES = 14;
    private static final int SPANS_PER_TRACE = 5;

    static final Instant START = Instant.parse("2026-01-31T23:59:59.999999998Z");
    static final List<String> MODELS = List.of("gpt-4o", "gpt-4o-mini", "GPT-4o", "claude", "");
    static final List<LlmProvider> PROVIDERS =
            List.of(LlmProvider.OPENAI, new LlmProvider("openai"), LlmProvider.ANTHROPIC, new LlmProvider(""));
    static final List<String> OPERATIONS = List.of("chat", "Chat", "tool call", "");
    static final List<String> NAMES = List.of("a", "b", "A", "");
    static final List<String> ACTION_NAMES = List.of("search", "Search", "", "a%");
    static final List<String> FINDING_TYPES = List.of("pii", "jailbreak", "is_urgent");
    static final List<String> WORDS =
            List.of("red", "green", "BLUE", "redder", "北京", "42", "don't", "x_y", "\0", "\"quoted\"", "%", "Ünï");
    static final List<Number> NUMBERS = List.of(
            2L,
            2.0,
            2.5,
            -3L,
            -3.25,
            -30L,
            100L,
            0.1,
            1e300,
            5e-324,
            9_007_199_254_740_993L,
            9_007_199_254_740_992.0,
            Long.MIN_VALUE,
            new BigInteger("-123456789012345678901234567890"));
    static final List<Double> COSTS = List.of(0.0, 0.1, 0.2, 0.7, 1e-9, 1e16);

    /** Fields whose random values follow from more than their type. */
    private static final Set<SpanField<?>> WITH_RULES_OF_THEIR_OWN = Set.of(
            SpanField.TRACE_ID,
            SpanField.SPAN_ID,
            SpanField.PARENT_SPAN_ID,
            SpanField.TENANT_ID,
            SpanField.OPERATION_NAME,
            SpanField.START_TIME,
            SpanField.END_TIME,
            SpanField.DURATION_MS,
            SpanField.MODEL_NAME,
            SpanField.TOTAL_TOKENS,
            SpanField.ERROR_MESSAGE,
            SpanField.SECURITY_FINDINGS,
            SpanField.TAGS,
            SpanField.EVENTS,
            SpanField.AGENT_ACTIONS,
            SpanField.ATTRIBUTES);

    private final Random random;
    private final List<UUID> tenants = new ArrayList<>();
    private final List<UUID> traceIds = new ArrayList<>();
    private final List<UUID> spanIds = new ArrayList<>();

    /** Creates a generator with the sequence of a seed. */
    public RandomTraces(long seed) {
        random = new Random(seed);
        for (int i = 0; i < TENANTS; i++) {
            tenants.add(new UUID(random.nextLong(), random.nextLong()));
        }
        for (int i = 0; i < TRACES; i++) {
            traceIds.add(new UUID(random.nextLong(), random.nextLong()));
        }
        for (int i = 0; i < SPANS_PER_TRACE; i++) {
            spanIds.add(new UUID(i % 2 == 0 ? 0 : random.nextLong(), random.nextLong()));
        }
    }

    /** Returns all tenants that this generator writes for. */
    public List<UUID> tenants() {
        return List.copyOf(tenants);
    }

    /** Returns all trace ids that it writes; the tenants share them. */
    public List<UUID> traceIds() {
        return List.copyOf(traceIds);
    }

    /** Returns all span ids that it writes; the traces share them. */
    public List<UUID> spanIds() {
        return List.copyOf(spanIds);
    }

    /** Returns one of the tenants. */
    public UUID tenant() {
        return oneOf(tenants);
    }

    /** Returns one of the trace ids. */
    public UUID traceId() {
        return oneOf(traceIds);
    }

    /** Returns a span with any of the ids, which may replace one that this generator returned before. */
    public TraceSpan span() {
        return span(tenant(), traceId(), oneOf(spanIds));
    }

    /** Returns a span with these ids and random content and time. */
    public TraceSpan span(UUID tenant, UUID traceId, UUID spanId) {
        Instant start = time();
        Instant end = maybe(() -> start.plusNanos(random.nextInt(4) * 700_000L));
        List<SecurityFinding> findings = some(2, () -> finding(start));
        TraceSpan.Builder span = TraceSpan.builder(tenant, traceId, spanId, oneOf(OPERATIONS), start)
                .parentSpanId(maybe(() -> oneOf(spanIds)))
                .endTime(end == null || end.isAfter(Times.LATEST) ? null : end)
                .durationMs(maybe(() -> random.nextInt(4) * 100L))
                .modelName(maybe(() -> oneOf(MODELS)))
                .totalTokens(maybe(() -> random.nextInt(20) == 0 ? Long.MAX_VALUE : random.nextInt(9)))
                .errorMessage(random.nextInt(4) == 0 ? text() : null)
                .securityFindings(findings)
                .tags(tags())
                .events(some(
                        2,
                        () -> SpanEvent.builder(oneOf(NAMES), start)
                                .id(id())
                                .description(text())
                                .data(maybe(this::value))
                                .build()))
                .agentActions(some(2, this::action))
                .attributes(attributesWithEnvelope());
        for (SpanField<?> field : SpanField.properties()) {
            if (!WITH_RULES_OF_THEIR_OWN.contains(field)) {
                setByType(field, span);
            }
        }
        return span.build();
    }

    private <T> void setByType(SpanField<T> field, TraceSpan.Builder span) {
        FieldType<T> type = field.type();
        if (type == FieldType.JSON_OBJECT || type == FieldType.ATTRIBUTES) {
            field.set(span, cast(attributes()));
        } else if (!type.allowed().isEmpty()) {
            field.set(span, type.parse(oneOf(type.allowed())));
        } else {
            field.set(span, maybe(() -> type.parse(textByType(field))));
        }
    }

    private String textByType(SpanField<?> field) {
        FieldType<?> type = field.type();
        if (type == FieldType.TEXT) {
            return field.isSearched() ? text() : oneOf(NAMES);
        }
        if (type == FieldType.PROVIDER) {
            return oneOf(PROVIDERS).name();
        }
        if (type == FieldType.COUNT || type == FieldType.DURATION_MS) {
            return Integer.toString(random.nextInt(5));
        }
        if (type == FieldType.STATUS_CODE) {
            return oneOf(List.of("200", "399", "400", "500"));
        }
        if (type == FieldType.SCORE) {
            return oneOf(List.of("0", "30", "60", "95"));
        }
        if (type == FieldType.COST_USD) {
            return oneOf(COSTS).toString();
        }
        throw new AssertionError("no random values for " + field + " of type " + type);
    }

    @SuppressWarnings("unchecked") // the type of the field is known
    private static <T> T cast(Object value) {
        return (T) value;
    }

    /** Returns a batch of any tenants and traces, with duplicates. */
    public List<TraceSpan> spans(int count) {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            spans.add(spans.isEmpty() || random.nextInt(5) > 0 ? span() : oneOf(spans));
        }
        return spans;
    }

    /** Returns a trace with up to four spans, sometimes none. */
    public TraceEvent trace() {
        UUID tenant = tenant();
        UUID traceId = traceId();
        List<TraceSpan> spans = some(4, () -> span(tenant, traceId, oneOf(spanIds)));
        Instant createdAt = spans.isEmpty() || random.nextBoolean() ? time() : null;
        return TraceEvent.of(traceId, tenant, createdAt, spans);
    }

    /** Returns one of a few times, nanoseconds to months apart; now and then one of a client whose clock is wrong. */
    public Instant time() {
        return switch (random.nextInt(40)) {
            case 0 -> Times.EARLIEST;
            case 1 -> Instant.EPOCH;
            case 2 -> Instant.parse("2199-12-31T23:59:59.999999999Z");
            case 3 -> Times.LATEST;
            default ->
                START.plusNanos(random.nextInt(4))
                        .plusSeconds(oneOf(List.of(0L, 0L, 1L, 3_600L, 86_400L, 40 * 86_400L)));
        };
    }

    /** Returns a text of up to five words, at times within JSON. */
    public String text() {
        String text = String.join(oneOf(List.of(" ", " ", "\n")), some(5, () -> oneOf(WORDS)));
        return random.nextInt(4) == 0 ? TraceJson.write(List.of(Map.of("content", text))) : text;
    }

    Map<String, String> tags() {
        Map<String, String> tags = new LinkedHashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            tags.put(oneOf(NAMES), oneOf(NAMES));
        }
        return tags;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    <T> T oneOf(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    <T> @Nullable T maybe(Supplier<T> value) {
        return random.nextInt(3) == 0 ? null : value.get();
    }

    private <T> List<T> some(int atMost, Supplier<T> value) {
        List<T> values = new ArrayList<>();
        for (int i = random.nextInt(atMost + 1); i > 0; i--) {
            values.add(value.get());
        }
        return values;
    }

    private UUID id() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    private SecurityFinding finding(Instant time) {
        return SecurityFinding.builder(oneOf(List.of(Severity.values())), oneOf(FINDING_TYPES), time)
                .id(id())
                .description(text())
                .confidenceScore(random.nextInt(11) / 10.0)
                .location(maybe(() -> oneOf(NAMES)))
                .metadata(tags())
                .requiresAlert(maybe(random::nextBoolean))
                .build();
    }

    private AgentAction action() {
        Map<String, String> metadata = tags();
        if (random.nextBoolean()) {
            metadata.put(AgentAction.ORIGIN, oneOf(List.of(AgentAction.REQUESTED, AgentAction.EXECUTED, "Requested")));
        }
        return AgentAction.builder(oneOf(List.of(AgentActionType.values())), actionName(), time())
                .id(id())
                .arguments(maybe(this::text))
                .result(maybe(this::text))
                .durationMs(maybe(() -> (long) random.nextInt(9)))
                .success(random.nextBoolean())
                .exitCode(maybe(() -> random.nextInt(5) - 2))
                .httpStatus(maybe(() -> 200))
                .metadata(metadata)
                .build();
    }

    private String actionName() {
        return random.nextBoolean() ? oneOf(ACTION_NAMES) : text();
    }

    private Map<String, @Nullable Object> attributes() {
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            attributes.put(oneOf(NAMES), maybe(this::value));
        }
        return attributes;
    }

    private Map<String, @Nullable Object> attributesWithEnvelope() {
        Map<String, @Nullable Object> all = new LinkedHashMap<>(attributes());
        if (random.nextInt(3) == 0) {
            all.put(ReservedAttributes.RESOURCE, Map.of("attributes", attributes(), "schema_url", oneOf(NAMES)));
        }
        if (random.nextInt(3) == 0) {
            all.put(ReservedAttributes.SCOPE, Map.of("name", text(), "attributes", attributes()));
        }
        return all;
    }

    private Object value() {
        return switch (random.nextInt(9)) {
            case 6 -> oneOf(NUMBERS);
            case 7 -> Map.of("doubleValue", oneOf(List.of("NaN", "Infinity", "-Infinity", "1")));
            case 8 -> List.of(oneOf(NUMBERS), oneOf(List.of("2", "true", "NaN")), Map.of("b", 1L), oneOf(NUMBERS));
            case 0 -> 1L;
            case 1 -> 1.0;
            case 2 -> text();
            case 3 -> true;
            case 4 -> List.of(text(), 0L);
            default -> Map.of(oneOf(NAMES), -0.0);
        };
    }
}
