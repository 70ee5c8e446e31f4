package io.llmtrace.testkit;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanEvent;
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

/** Spans that several concerns start from. */
final class Samples {

    /** When a span starts unless a test says otherwise. */
    static final Instant START = Instant.parse("2026-03-01T12:00:00.123456789Z");

    private Samples() {}

    static TraceSpan.Builder span(UUID tenant) {
        return TraceSpan.builder(tenant, UUID.randomUUID(), UUID.randomUUID(), "chat", START);
    }

    /** Every field set, and those that follow from others set to something else than what follows. */
    static TraceSpan full(UUID tenant, UUID traceId, UUID spanId) {
        return TraceSpan.builder(tenant, traceId, spanId, "chat gpt-4o", START)
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
                .attributes(attributes())
                .build();
    }

    /** One finding of each severity, with and without what is optional. */
    static List<SecurityFinding> findings() {
        List<SecurityFinding> findings = new ArrayList<>();
        for (Severity severity : Severity.values()) {
            findings.add(new SecurityFinding(
                    UUID.randomUUID(),
                    severity,
                    "prompt_injection_" + severity.score(),
                    "ignores the instructions",
                    START.plusNanos(severity.score()),
                    severity.score() / 100.0,
                    severity == Severity.INFO ? null : "request.messages[0]",
                    severity == Severity.INFO ? Map.of() : Map.of("voting_result", "single_detector"),
                    severity == Severity.LOW));
        }
        return findings;
    }

    /** One with data of each JSON type, one without data. */
    static List<SpanEvent> events() {
        return List.of(
                new SpanEvent(UUID.randomUUID(), START.plusNanos(1), "first_token", "", Map.of("index", 0L)),
                new SpanEvent(
                        UUID.randomUUID(), START, "exception", "with a description", Arrays.asList(1L, null, "x")),
                new SpanEvent(UUID.randomUUID(), START, "text", "", "plain"),
                new SpanEvent(UUID.randomUUID(), START, "none", "", null));
    }

    /** One of each type, and one with every field. */
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

    /** Every JSON type, nested, with keys that look like paths. */
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
