package io.llmtrace.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceSummary;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SampleTracesTest {

    private static final UUID TENANT = UUID.fromString("3f0e4a54-7f0a-4a66-9d4b-1f2d9c1c9a10");
    private static final Instant END = Instant.parse("2026-08-03T15:20:00Z");
    private static final Duration SPAN = Duration.ofDays(7);
    private static final int COUNT = 2_000;
    private static final List<TraceEvent> TRACES =
            SampleTraces.generate(42, COUNT, TENANT, END, SPAN).toList();

    @Test
    void generate_sameSeed_sameTraces() {
        List<TraceEvent> again =
                SampleTraces.generate(42, COUNT, TENANT, END, SPAN).toList();

        assertThat(again).isEqualTo(TRACES);
    }

    @Test
    void generate_otherSeed_otherTraces() {
        List<TraceEvent> other =
                SampleTraces.generate(43, COUNT, TENANT, END, SPAN).toList();

        assertThat(other).doesNotContainAnyElementsOf(TRACES);
    }

    @Test
    void generate_givesTheCountExactlyWithDistinctIds() {
        assertThat(TRACES).hasSize(COUNT);
        assertThat(TRACES.stream().map(TraceEvent::traceId).distinct()).hasSize(COUNT);
        assertThat(SampleTraces.generate(42, 1, TENANT, END, SPAN)).hasSize(1);
        assertThat(SampleTraces.generate(42, 0, TENANT, END, SPAN)).isEmpty();
    }

    @Test
    void generate_badArguments_nameTheFailedExpression() {
        assertThatThrownBy(() -> SampleTraces.generate(1, -1, TENANT, END, SPAN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("count < 0: -1");
        assertThatThrownBy(() -> SampleTraces.generate(1, 1, TENANT, END, Duration.ofHours(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("span < PT2H: PT1H");
    }

    @Test
    void generate_allTimesAreWithinTheSpan() {
        Instant earliest = END.minus(SPAN).minus(SampleTraces.SHORTEST_SPAN);
        assertThat(spans()).allSatisfy(span -> {
            assertThat(span.startTime()).isBetween(earliest, END);
            assertThat(span.endTime()).isBetween(span.startTime(), END);
            assertThat(span.events())
                    .allSatisfy(event -> assertThat(event.timestamp()).isBetween(span.startTime(), span.endTime()));
            assertThat(span.agentActions())
                    .allSatisfy(action -> assertThat(action.timestamp()).isBetween(span.startTime(), span.endTime()));
            assertThat(span.securityFindings())
                    .allSatisfy(finding -> assertThat(finding.detectedAt()).isBetween(earliest, END));
        });
    }

    @Test
    void generate_shortSpan_endsInTime() {
        Stream<TraceSpan> spans = SampleTraces.generate(5, 500, TENANT, END, SampleTraces.SHORTEST_SPAN)
                .flatMap(trace -> trace.spans().stream());

        assertThat(spans).allSatisfy(span -> assertThat(span.endTime()).isBeforeOrEqualTo(END));
    }

    @Test
    void generate_dayIsBusierThanNight() {
        Map<Boolean, Long> byDay = TRACES.stream()
                .map(trace -> trace.createdAt().atZone(ZoneOffset.UTC).getHour())
                .collect(Collectors.partitioningBy(hour -> hour >= 8 && hour < 18, Collectors.counting()));

        assertThat(byDay.get(true)).isGreaterThan(2 * byDay.get(false));
    }

    @Test
    void generate_parentsAreOfTheSameTraceAndOneSpanIsTheRoot() {
        assertThat(TRACES).allSatisfy(trace -> {
            Set<UUID> ids = trace.spans().stream().map(TraceSpan::spanId).collect(Collectors.toSet());
            List<UUID> parents = trace.spans().stream()
                    .map(TraceSpan::parentSpanId)
                    .filter(parent -> parent != null)
                    .toList();
            assertThat(ids).containsAll(parents);
            // A retry of a call without a parent is another root.
            assertThat(parents.size()).isIn(trace.spans().size() - 1, 0);
        });
    }

    @Test
    void generate_agentAndChainSpansReportTheSumOfTheirChildren() {
        List<TraceEvent> nested = TRACES.stream()
                .filter(trace ->
                        trace.spans().stream().anyMatch(span -> span.kind().repeatsUsageOfChildren()))
                .toList();

        assertThat(nested).hasSizeGreaterThan(COUNT / 5).allSatisfy(trace -> {
            TraceSpan parent = trace.spans().stream()
                    .filter(span -> span.kind().repeatsUsageOfChildren())
                    .findFirst()
                    .orElseThrow();
            TraceSummary calls = TraceSummary.of(TraceEvent.ofSpans(
                    trace.spans().stream().filter(span -> span != parent).toList()));
            assertThat(parent.promptTokens()).isEqualTo(calls.promptTokens());
            assertThat(parent.completionTokens()).isEqualTo(calls.completionTokens());
            assertThat(parent.totalTokens()).isEqualTo(calls.totalTokens());
            if (calls.estimatedCostUsd() != null) {
                assertThat(parent.estimatedCostUsd()).isCloseTo(calls.estimatedCostUsd(), within(1e-9));
            }
        });
    }

    @Test
    void generate_everyKindProviderAndActionOccurs() {
        assertThat(spans().map(TraceSpan::kind)).containsAll(EnumSet.allOf(SpanKind.class));
        assertThat(spans().map(TraceSpan::provider))
                .contains(
                        LlmProvider.OPENAI,
                        LlmProvider.ANTHROPIC,
                        LlmProvider.AZURE_OPENAI,
                        LlmProvider.BEDROCK,
                        LlmProvider.OLLAMA,
                        LlmProvider.SGLANG,
                        LlmProvider.TGI,
                        LlmProvider.VLLM,
                        new LlmProvider("in-house"));
        assertThat(spans().flatMap(span -> span.agentActions().stream()).map(AgentAction::actionType))
                .containsAll(EnumSet.allOf(AgentActionType.class));
    }

    @Test
    void generate_errorsOccurInASmallShare() {
        long failed = TRACES.stream()
                .filter(trace -> TraceSummary.of(trace).status() == SpanStatus.ERROR)
                .count();

        assertThat(failed).isBetween(COUNT / 50L, COUNT / 5L);
        assertThat(spans().map(TraceSpan::statusCode)).contains(200, 429, 500, 529, 400, 403);
        assertThat(spans().map(TraceSpan::finishReason))
                .contains("stop", "tool_calls", "content_filter", "length", "error");
    }

    @Test
    void generate_findingsOccurInASmallShareAndSetTheScore() {
        List<TraceSpan> found =
                spans().filter(span -> !span.securityFindings().isEmpty()).toList();

        assertThat((long) found.size()).isBetween(COUNT / 100L, COUNT / 10L);
        assertThat(found)
                .allSatisfy(span ->
                        assertThat(span.securityScore()).isEqualTo(SecurityFinding.scoreOf(span.securityFindings())));
        assertThat(found.stream()
                        .flatMap(span -> span.securityFindings().stream())
                        .map(SecurityFinding::findingType))
                .contains("prompt_injection", "jailbreak", "secret_leak", "pii", "is_hypothetical", "is_urgent");
        assertThat(found.stream()
                        .flatMap(span -> span.securityFindings().stream())
                        .map(finding -> finding.metadata().get("voting_result")))
                .contains("single_detector", "majority");
    }

    @Test
    void generate_sessionsHoldSeveralTraces() {
        Map<String, Set<UUID>> tracesBySession = new HashMap<>();
        spans().filter(span -> span.sessionId() != null)
                .forEach(span -> tracesBySession
                        .computeIfAbsent(span.sessionId(), id -> new HashSet<>())
                        .add(span.traceId()));

        assertThat(tracesBySession).hasSizeGreaterThan(COUNT / 10);
        assertThat(tracesBySession.values())
                .anySatisfy(traces -> assertThat(traces).hasSizeGreaterThan(4));
        assertThat(spans().map(TraceSpan::userId).distinct()).hasSizeGreaterThan(100);
        assertThat(spans().map(TraceSpan::serviceName).distinct()).hasSizeGreaterThan(5);
        assertThat(spans().flatMap(span -> span.tags().keySet().stream()))
                .contains("env", "team", "release", "feature");
    }

    @Test
    void generate_detailsOfModernCallsOccur() {
        assertThat(spans())
                .anySatisfy(span -> assertThat(span.cacheReadTokens()).isPositive());
        assertThat(spans())
                .anySatisfy(span -> assertThat(span.reasoningTokens()).isPositive());
        assertThat(spans())
                .anySatisfy(span -> assertThat(span.timeToFirstTokenMs()).isPositive());
        assertThat(spans()).allSatisfy(span -> {
            if (span.timeToFirstTokenMs() != null) {
                assertThat(span.timeToFirstTokenMs()).isLessThanOrEqualTo(span.durationMs());
            }
        });
    }

    @Test
    void generate_jsonIsJsonAndEveryTraceComesBackFromIt() {
        assertThat(spans().map(TraceSpan::prompt).filter(prompt -> prompt != null && prompt.startsWith("[{")))
                .isNotEmpty()
                .allSatisfy(prompt -> TraceJson.readValue(prompt));
        assertThat(spans().flatMap(span -> span.agentActions().stream()).map(AgentAction::arguments))
                .allSatisfy(arguments -> TraceJson.readValue(arguments));
        assertThat(TRACES.subList(0, 200))
                .allSatisfy(trace ->
                        assertThat(TraceJson.readTrace(TraceJson.write(trace))).isEqualTo(trace));
    }

    @Test
    void generate_textHasNoSlotsLeft() {
        assertThat(spans().map(span -> span.prompt() + span.response() + span.errorMessage()))
                .noneMatch(text -> text.contains("{{"));
    }

    @Test
    void generate_someTextIsNotLatin() {
        assertThat(spans().map(TraceSpan::prompt).filter(prompt -> prompt != null))
                .anyMatch(prompt -> prompt.contains("注文"))
                .anyMatch(prompt -> prompt.contains("Bestellung"));
        assertThat(spans().map(TraceSpan::prompt).filter(prompt -> prompt != null))
                .allMatch(prompt -> StandardCharsets.UTF_8.newEncoder().canEncode(prompt));
    }

    private static Stream<TraceSpan> spans() {
        return TRACES.stream().flatMap(trace -> trace.spans().stream());
    }
}
