package io.llmtrace.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TraceSummaryTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final UUID TENANT = new UUID(1, 1);
    private static final UUID TRACE = new UUID(2, 2);

    @Test
    void traceWithoutSpans() {
        TraceSummary summary = TraceSummary.of(TraceEvent.of(TRACE, TENANT, START, List.of()));
        assertThat(summary)
                .isEqualTo(new TraceSummaryValues(
                        TRACE,
                        TENANT,
                        START,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        List.of(),
                        List.of(),
                        0,
                        0,
                        0,
                        SpanStatus.OK,
                        null,
                        null,
                        null,
                        null,
                        null,
                        0,
                        null,
                        null));
    }

    @Test
    void agentWithCalls() {
        UUID root = new UUID(0, 5);
        TraceSpan first = span(1, 0)
                .parentSpanId(root)
                .kind(SpanKind.LLM)
                .provider(LlmProvider.OPENAI)
                .modelName("b")
                .userId("u")
                .promptTokens(10L)
                .completionTokens(1L)
                .estimatedCostUsd(0.1)
                .prompt("call")
                .response("answer")
                .endTime(START.plusMillis(500))
                .addSecurityFinding(SecurityFinding.of(Severity.HIGH, "pii", "", START))
                .build();
        TraceSpan agent = span(5, 1)
                .kind(SpanKind.AGENT)
                .operationName("agent")
                .traceName("Support")
                .promptTokens(30L)
                .completionTokens(5L)
                .estimatedCostUsd(0.5)
                .prompt("question")
                .endTime(START.plusMillis(400))
                .build();
        TraceSpan second = span(7, 2)
                .parentSpanId(root)
                .kind(SpanKind.LLM)
                .provider(LlmProvider.OPENAI)
                .modelName("a")
                .sessionId("s")
                .promptTokens(20L)
                .errorMessage("")
                .estimatedCostUsd(0.2)
                .response("last answer")
                .build();
        TraceSummary summary = TraceSummary.of(TraceEvent.of(TRACE, TENANT, START, List.of(first, agent, second)));
        assertThat(summary)
                .isEqualTo(new TraceSummaryValues(
                        TRACE,
                        TENANT,
                        START,
                        "agent",
                        "Support",
                        null,
                        "s",
                        "u",
                        START,
                        START.plusMillis(500),
                        500L,
                        List.of("a", "b"),
                        List.of("OpenAI"),
                        3,
                        2,
                        1,
                        SpanStatus.ERROR,
                        30L,
                        1L,
                        11L,
                        0.1 + 0.2,
                        80,
                        1,
                        "question",
                        "last answer"));
    }

    @Test
    void usageOfParents_countsWhereNoCallReportsIt() {
        TraceSummary summary = TraceSummary.of(TraceEvent.ofSpans(List.of(
                span(1, 0)
                        .kind(SpanKind.AGENT)
                        .promptTokens(30L)
                        .totalTokens(35L)
                        .build(),
                span(2, 1)
                        .kind(SpanKind.CHAIN)
                        .promptTokens(40L)
                        .estimatedCostUsd(0.3)
                        .build(),
                span(3, 2).kind(SpanKind.LLM).totalTokens(7L).build())));
        assertThat(summary.promptTokens()).isEqualTo(40);
        assertThat(summary.totalTokens()).isEqualTo(7);
        assertThat(summary.completionTokens()).isNull();
        assertThat(summary.estimatedCostUsd()).isEqualTo(0.3);
    }

    @Test
    void tokens_doNotOverflow() {
        TraceSummary summary = TraceSummary.of(TraceEvent.ofSpans(List.of(
                span(1, 0).promptTokens(Long.MAX_VALUE).build(),
                span(2, 1).promptTokens(1L).build(),
                span(3, 2).promptTokens(1L).build())));
        assertThat(summary.promptTokens()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void accumulator_refusesSpansOutOfOrder() {
        for (List<TraceSpan> spans : Arrays.asList(
                List.of(span(1, 1).build(), span(2, 0).build()),
                List.of(span(-1, 0).build(), span(1, 0).build()),
                List.of(span(1, 0).build(), span(1, 0).build()))) {
            TraceSummarizer accumulator = new TraceSummarizer(TRACE, TENANT, START);
            accumulator.add(spans.get(0), SpanDigest.of(spans.get(0)));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> accumulator.add(spans.get(1), SpanDigest.of(spans.get(1))))
                    .withMessageStartingWith("span out of order: ");
        }
    }

    @Test
    void callThatTwoInstrumentationsReport_countsOnce() {
        // A proxy, the SDK below it, and a step without usage between them.
        TraceSpan proxy = call(1, null, SpanKind.LLM, 100L, 0.5);
        TraceSpan step = call(2, 1L, SpanKind.OTHER, null, null);
        TraceSpan sdk = call(3, 2L, SpanKind.LLM, 90L, null);
        TraceSpan embedding = call(4, 1L, SpanKind.EMBEDDING, 7L, 0.25);

        TraceSummary summary = TraceSummary.of(trace(proxy, step, sdk, embedding));

        assertThat(summary.promptTokens()).isEqualTo(97L);
        assertThat(summary.estimatedCostUsd()).isEqualTo(0.75);
        assertThat(summary.llmCallCount()).isEqualTo(1);
    }

    @Test
    void callOfATool_countsInAdditionToTheCallThatRequestedIt() {
        TraceSpan outer = call(1, null, SpanKind.LLM, 100L, 0.5);
        TraceSpan tool = call(2, 1L, SpanKind.TOOL, null, null);
        TraceSpan inner = call(3, 2L, SpanKind.LLM, 10L, 0.25);

        TraceSummary summary = TraceSummary.of(trace(outer, tool, inner));

        assertThat(summary.promptTokens()).isEqualTo(110L);
        assertThat(summary.estimatedCostUsd()).isEqualTo(0.75);
        assertThat(summary.llmCallCount()).isEqualTo(2);
    }

    @Test
    void spansInACircle_end() {
        TraceSpan first = call(1, 2L, SpanKind.LLM, 1L, null);
        TraceSpan second = call(2, 1L, SpanKind.LLM, 2L, null);

        assertThat(TraceSummary.of(trace(first, second)).promptTokens()).isNull();
    }

    private static TraceEvent trace(TraceSpan... spans) {
        return TraceEvent.of(TRACE, TENANT, START, List.of(spans));
    }

    private static TraceSpan call(
            long id, @Nullable Long parent, SpanKind kind, @Nullable Long tokens, @Nullable Double cost) {
        return span(id, id)
                .parentSpanId(parent == null ? null : new UUID(0, parent))
                .kind(kind)
                .promptTokens(tokens)
                .estimatedCostUsd(cost)
                .build();
    }

    private static TraceSpan.Builder span(long id, long millis) {
        return TraceSpan.builder(TENANT, TRACE, new UUID(0, id), "chat", START.plusMillis(millis));
    }
}
