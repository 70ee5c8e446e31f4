package io.llmtrace.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.Measures;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.analytics.TraceAnalytics;
import io.llmtrace.storage.analytics.ValueCount;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

/** The base of the tests of {@link TraceAnalytics}, which are skipped where a store has none. */
abstract class AnalyticsTest extends ContractTest {

    static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    AnalyticsTest(RepositoryFixture store) {
        super(store);
    }

    @BeforeEach
    void onlyOfAStoreWithAnalytics() {
        assumeTrue(store().hasAnalytics());
    }

    TraceAnalytics analytics() {
        return TraceAnalytics.of(repository);
    }

    Measures total(TraceQuery query) {
        return analytics().timeline(query, 60, null, 1).total();
    }

    List<String> top(SpanField<?> field, Measure order, int limit) {
        return analytics().top(query().limit(limit).build(), field, order).stream()
                .map(row -> row.value() + " " + row.measures().spans())
                .toList();
    }

    List<ValueCount> models(String prefix) {
        return analytics().values(query().build(), SpanField.MODEL_NAME, prefix);
    }

    /** Returns the spans of these outlines, after checking that each outline is that of its span. */
    List<TraceSpan> rankedSpans(TraceQuery query, Ranking by) {
        List<TraceSpan> spans = new ArrayList<>();
        for (SpanOutline outline : analytics().rankedSpans(query, by).items()) {
            TraceSpan span = repository
                    .getSpan(tenant, outline.traceId(), outline.spanId())
                    .orElseThrow();
            ExactAssertions.assertExactly("outline", List.of(outline), List.of(SpanOutline.of(span)));
            spans.add(span);
        }
        return spans;
    }

    /** Returns the traces of these summaries, after checking that each summary is that of its trace. */
    List<TraceEvent> rankedTraces(TraceQuery query, Ranking by) {
        List<TraceEvent> traces = new ArrayList<>();
        for (TraceSummary summary : analytics().rankedTraces(query, by).items()) {
            TraceEvent trace = repository.getTrace(tenant, summary.traceId()).orElseThrow();
            ExactAssertions.assertExactly("summary", List.of(summary), List.of(TraceSummary.of(trace)));
            traces.add(trace);
        }
        return traces;
    }

    TraceSpan.Builder at(Instant start) {
        return span().startTime(start);
    }

    TraceSpan full() {
        return at(NOON).operationName("chat gpt")
                .kind(SpanKind.LLM)
                .provider(LlmProvider.AZURE_OPENAI)
                .modelName("gpt-4o")
                .sessionId("s")
                .userId("u")
                .serviceName("checkout")
                .errorMessage("no")
                .finishReason("stop")
                .totalTokens(9L)
                .durationMs(3L)
                .tags(Map.of("env", "prod", "", "empty key"))
                .securityFindings(List.of(
                        finding(Severity.LOW, "pii"),
                        finding(Severity.LOW, "pii"),
                        finding(Severity.HIGH, "jailbreak")))
                .agentActions(List.of(action(AgentActionType.TOOL_CALL, "search", 5L, true)))
                .build();
    }

    TraceSpan usage(UUID trace, SpanKind kind, long tokens) {
        return span().traceId(trace)
                .kind(kind)
                .promptTokens(tokens)
                .completionTokens(tokens)
                .estimatedCostUsd(tokens / 1_000.0)
                .build();
    }

    static SecurityFinding finding(Severity severity, String type) {
        return SecurityFinding.of(severity, type, "", NOON);
    }

    static AgentAction action(AgentActionType type, String name, @Nullable Long durationMs, boolean success) {
        return AgentAction.builder(type, name, NOON)
                .durationMs(durationMs)
                .success(success)
                .build();
    }

    /** An action that a model's response requests and nobody has carried out. */
    static AgentAction requested(AgentActionType type, String name) {
        return AgentAction.builder(type, name, NOON)
                .metadata(Map.of(AgentAction.ORIGIN, AgentAction.REQUESTED))
                .build();
    }

    static ValueCount one(String value) {
        return new ValueCount(value, 1);
    }
}
