package io.llmtrace.testkit;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.FieldType;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Spans that several contract tests start from. */
public final class Samples {

    /** The start of a span unless a test sets another. */
    static final Instant START = Instant.parse("2026-03-01T12:00:00.123456789Z");

    private Samples() {}

    static TraceSpan.Builder span(UUID tenant) {
        return TraceSpan.builder(tenant, UUID.randomUUID(), UUID.randomUUID(), "chat", START);
    }

    /** Returns a span with every field set; fields that have derived defaults are set to other values. */
    public static TraceSpan full(UUID tenant, UUID traceId, UUID spanId) {
        TraceSpan.Builder full = TraceSpan.builder(tenant, traceId, spanId, "chat gpt-4o", START)
                .kind(SpanKind.LLM)
                .parentSpanId(UUID.randomUUID())
                .endTime(START.plusNanos(1_500_000_001L))
                .durationMs(1_499L)
                .provider(LlmProvider.AZURE_OPENAI)
                .modelName("gpt-4o-2024-08-06")
                .prompt("[{\"role\":\"user\",\"content\":\"What is the capital of France?\"}]")
                .response("Paris.")
                .promptTokens(21L)
                .completionTokens(3L)
                .totalTokens(25L)
                .cacheReadTokens(16L)
                .cacheWriteTokens(5L)
                .reasoningTokens(2L)
                .timeToFirstTokenMs(212L)
                .statusCode(429)
                .errorMessage("rate limited")
                .requestSettings(Map.of("temperature", 0.7, "max_tokens", 256L, "stop", List.of("END"), "stream", true))
                .finishReason("stop")
                .estimatedCostUsd(0.000_123_4)
                .sessionId("session-7")
                .userId("user-3")
                .serviceName("checkout")
                .securityScore(42)
                .securityFindings(findings())
                .tags(Map.of("env", "prod", "", "empty key", "empty value", "", "ключ", "значение"))
                .events(events())
                .agentActions(actions())
                .attributes(attributes());
        TraceSpan given = full.build();
        SpanField.properties().stream()
                .filter(field -> field.textsOf(given).isEmpty())
                .forEach(field -> setByType(field, full));
        return full.build();
    }

    /** Sets a field without a sample value above to one of its type, so that a new field is tested without further code. */
    private static <T> void setByType(SpanField<T> field, TraceSpan.Builder span) {
        FieldType<T> type = field.type();
        if (type == FieldType.TEXT) {
            field.set(span, type.parse(field.name() + " of the sample"));
        } else if (!type.allowed().isEmpty()) {
            field.set(span, type.parse(type.allowed().get(1)));
        } else if (!type.isStructure()) {
            field.set(span, type.parse("7"));
        } else {
            throw new AssertionError("no sample for " + field);
        }
    }

    /** Returns a finding of each severity, with and without optional fields. */
    static List<SecurityFinding> findings() {
        List<SecurityFinding> findings = new ArrayList<>();
        for (Severity severity : Severity.values()) {
            findings.add(SecurityFinding.builder(
                            severity, "prompt_injection_" + severity.score(), START.plusNanos(severity.score()))
                    .description("ignores the instructions")
                    .confidenceScore(severity.score() / 100.0)
                    .location(severity == Severity.INFO ? null : "request.messages[0]")
                    .metadata(severity == Severity.INFO ? Map.of() : Map.of("voting_result", "single_detector"))
                    .requiresAlert(severity == Severity.LOW)
                    .build());
        }
        return findings;
    }

    /** Returns events with data of several JSON types, and one without data. */
    static List<SpanEvent> events() {
        return List.of(
                SpanEvent.builder("first_token", START.plusNanos(1))
                        .data(Map.of("index", 0L))
                        .build(),
                SpanEvent.builder("exception", START)
                        .description("with a description")
                        .data(Arrays.asList(1L, null, "x"))
                        .build(),
                SpanEvent.builder("text", START).data("plain").build(),
                SpanEvent.builder("none", START).build());
    }

    /** Returns an action of each type, and one with every field set. */
    static List<AgentAction> actions() {
        List<AgentAction> actions = new ArrayList<>();
        for (AgentActionType type : AgentActionType.values()) {
            actions.add(AgentAction.builder(type, type.text(), START).build());
        }
        actions.add(AgentAction.builder(AgentActionType.WEB_ACCESS, "fetch", START.plusSeconds(1))
                .arguments("{\"url\":\"https://example.org\"}")
                .result("<html>")
                .durationMs(17L)
                .success(false)
                .exitCode(-1)
                .httpMethod("GET")
                .httpStatus(503)
                .fileOperation("read")
                .metadata(Map.of("retry", "2"))
                .build());
        return actions;
    }

    /** Returns attributes of every JSON type, nested, with keys that look like paths. */
    static Map<String, @Nullable Object> attributes() {
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
        attributes.put("gen_ai.request.temperature", 0.7);
        attributes.put("whole", 1L);
        attributes.put("fraction", 1.0);
        attributes.put("yes", true);
        attributes.put("no", false);
        attributes.put("nothing", null);
        attributes.put("text", "1");
        attributes.put("list", Arrays.asList(1L, 1.0, "1", null, List.of(), Map.of()));
        attributes.put("nested", Map.of("a.b", Map.of("", List.of(Map.of("deep", 1L)))));
        attributes.put("", "empty key");
        return attributes;
    }
}
