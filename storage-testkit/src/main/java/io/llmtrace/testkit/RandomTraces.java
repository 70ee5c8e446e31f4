package io.llmtrace.testkit;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Random traces of a few tenants. Values are drawn from few, so that filters hit, times tie, ids repeat (a span written
 * again replaces the first) and tenants share ids. The same seed gives the same sequence. Not safe for many threads.
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
    static final List<Double> COSTS = List.of(0.0, 0.1, 0.2, 0.7, 1e-9, 1e16);

    private final Random random;
    private final List<UUID> tenants = new ArrayList<>();
    private final List<UUID> traceIds = new ArrayList<>();
    private final List<UUID> spanIds = new ArrayList<>();

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

    /** All that this generator writes for. */
    public List<UUID> tenants() {
        return List.copyOf(tenants);
    }

    /** All that it writes; the tenants share them. */
    public List<UUID> traceIds() {
        return List.copyOf(traceIds);
    }

    /** All that it writes; the traces share them. */
    public List<UUID> spanIds() {
        return List.copyOf(spanIds);
    }

    public UUID tenant() {
        return oneOf(tenants);
    }

    public UUID traceId() {
        return oneOf(traceIds);
    }

    /** A span with any of the ids: it may replace one that this generator gave before. */
    public TraceSpan span() {
        return span(tenant(), traceId(), oneOf(spanIds));
    }

    /** A span with random content and time. */
    public TraceSpan span(UUID tenant, UUID traceId, UUID spanId) {
        Instant start = time();
        Instant end = maybe(() -> start.plusNanos(random.nextInt(4) * 700_000L));
        List<SecurityFinding> findings = some(2, () -> finding(start));
        return TraceSpan.builder(tenant, traceId, spanId, oneOf(OPERATIONS), start)
                .kind(oneOf(List.of(SpanKind.LLM, SpanKind.AGENT, SpanKind.TOOL, SpanKind.OTHER)))
                .parentSpanId(maybe(() -> oneOf(spanIds)))
                .endTime(end == null || end.isAfter(Times.LATEST) ? null : end)
                .durationMs(maybe(() -> random.nextInt(4) * 100L))
                .provider(maybe(() -> oneOf(PROVIDERS)))
                .modelName(maybe(() -> oneOf(MODELS)))
                .prompt(maybe(this::text))
                .response(maybe(this::text))
                .promptTokens(maybe(() -> (long) random.nextInt(5)))
                .completionTokens(maybe(() -> (long) random.nextInt(5)))
                .totalTokens(maybe(() -> random.nextInt(20) == 0 ? Long.MAX_VALUE : random.nextInt(9)))
                .cacheReadTokens(maybe(() -> (long) random.nextInt(5)))
                .reasoningTokens(maybe(() -> (long) random.nextInt(5)))
                .timeToFirstTokenMs(maybe(() -> (long) random.nextInt(500)))
                .statusCode(maybe(() -> oneOf(List.of(200, 399, 400, 500))))
                .errorMessage(random.nextInt(4) == 0 ? text() : null)
                .finishReason(maybe(() -> oneOf(NAMES)))
                .estimatedCostUsd(maybe(() -> oneOf(COSTS)))
                .sessionId(maybe(() -> oneOf(NAMES)))
                .userId(maybe(() -> oneOf(NAMES)))
                .serviceName(maybe(() -> oneOf(NAMES)))
                .securityFindings(findings)
                .securityScore(maybe(() -> oneOf(List.of(0, 30, 60, 95))))
                .tags(tags())
                .events(some(2, () -> new SpanEvent(id(), start, oneOf(NAMES), text(), maybe(this::value))))
                .agentActions(some(2, this::action))
                .attributes(attributes())
                .build();
    }

    /** A batch of any tenants and traces, with duplicates. */
    public List<TraceSpan> spans(int count) {
        List<TraceSpan> spans = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            spans.add(spans.isEmpty() || random.nextInt(5) > 0 ? span() : oneOf(spans));
        }
        return spans;
    }

    /** A trace with up to four spans, sometimes none. */
    public TraceEvent trace() {
        UUID tenant = tenant();
        UUID traceId = traceId();
        List<TraceSpan> spans = some(4, () -> span(tenant, traceId, oneOf(spanIds)));
        Instant createdAt = spans.isEmpty() || random.nextBoolean() ? time() : null;
        return TraceEvent.of(traceId, tenant, createdAt, spans);
    }

    /** Of a few moments that lie nanoseconds to months apart; now and then one of a client whose clock lies. */
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

    /** Up to five words. */
    public String text() {
        return String.join(" ", some(5, () -> oneOf(WORDS)));
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
        return new SecurityFinding(
                id(),
                oneOf(List.of(Severity.values())),
                oneOf(FINDING_TYPES),
                text(),
                time,
                random.nextInt(11) / 10.0,
                maybe(() -> oneOf(NAMES)),
                tags(),
                maybe(random::nextBoolean));
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

    private Object value() {
        return switch (random.nextInt(6)) {
            case 0 -> 1L;
            case 1 -> 1.0;
            case 2 -> text();
            case 3 -> true;
            case 4 -> List.of(text(), 0L);
            default -> Map.of(oneOf(NAMES), -0.0);
        };
    }
}
