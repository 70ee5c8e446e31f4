package io.llmtrace.testkit;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Numbers keep their 64 bits, and integers are not confused with fractions. */
abstract class NumberContract extends ContractTest {

    /** 2^53 + 1, the smallest positive integer that a double cannot represent. */
    private static final long BEYOND_DOUBLE = (1L << 53) + 1;

    NumberContract(RepositoryFixture store) {
        super(store);
    }

    @Test
    void wholeNumbers() {
        List<Long> numbers = List.of(0L, 1L, 255L, 256L, 65_536L, 1L << 31, 1L << 32, BEYOND_DOUBLE, Long.MAX_VALUE);
        verifyEach(numbers, number -> {
            TraceSpan span = span().durationMs(number)
                    .promptTokens(number)
                    .completionTokens(number)
                    .totalTokens(number)
                    .cacheReadTokens(number)
                    .cacheWriteTokens(number)
                    .reasoningTokens(number)
                    .timeToFirstTokenMs(number)
                    .agentActions(List.of(AgentAction.builder(AgentActionType.TOOL_CALL, "x", Samples.START)
                            .durationMs(number)
                            .exitCode(number.intValue())
                            .build()))
                    .build();
            repository.storeSpan(span);
            return () -> {
                assertStored(TraceEvent.ofSpans(List.of(span)));
                assertSpans(query().minDurationMs(number).maxDurationMs(number).build(), span);
            };
        });
    }

    @Test
    void cost() {
        List<Double> costs = List.of(
                0.0,
                Double.MIN_VALUE,
                Double.MIN_NORMAL,
                1e-300,
                0.1,
                0.30000000000000004,
                1.0 / 3,
                1.0,
                123_456_789.123_456_78,
                9_007_199_254_740_993.0,
                1e300,
                Double.MAX_VALUE);
        verifyEach(costs, cost -> {
            TraceSpan span = span().estimatedCostUsd(cost).build();
            repository.storeSpan(span);
            return () -> {
                assertStored(TraceEvent.ofSpans(List.of(span)));
                assertSpans(query().minCostUsd(cost).maxCostUsd(cost).build(), span);
            };
        });
    }

    @Test
    void statusCodesAndScoresAtTheirEnds() {
        UUID traceId = UUID.randomUUID();
        List<TraceSpan> spans = new ArrayList<>();
        for (int code : new int[] {0, 200, 399, 400, 32_768, 65_535}) {
            spans.add(span().traceId(traceId)
                    .statusCode(code)
                    .securityScore(code % 101)
                    .build());
        }
        repository.storeSpans(spans);
        verify(() -> assertStored(TraceEvent.ofSpans(spans)));
    }

    @Test
    void attributes_keepTypeAndBits() {
        Map<String, @Nullable Object> numbers = new LinkedHashMap<>();
        numbers.put("one", 1L);
        numbers.put("one point zero", 1.0);
        numbers.put("text one", "1");
        numbers.put("zero", 0L);
        numbers.put("zero point zero", 0.0);
        numbers.put("minus zero", -0.0);
        numbers.put("long max", Long.MAX_VALUE);
        numbers.put("long min", Long.MIN_VALUE);
        numbers.put("beyond double", BEYOND_DOUBLE);
        numbers.put("beyond long", BigInteger.ONE.shiftLeft(63));
        numbers.put("below long", BigInteger.ONE.shiftLeft(63).negate().subtract(BigInteger.ONE));
        numbers.put("large", new BigInteger("123456789012345678901234567890123456789"));
        numbers.put("smallest", Double.MIN_VALUE);
        numbers.put("largest", Double.MAX_VALUE);
        numbers.put("negative", -Double.MAX_VALUE);
        numbers.put("third", 1.0 / 3);
        numbers.put("large double", 1e20);
        numbers.put("whole double", 9_007_199_254_740_994.0);
        numbers.put("in a list", Arrays.asList(1L, 1.0, -0.0, null, BEYOND_DOUBLE));
        TraceSpan span = span().attributes(numbers)
                .events(List.of(SpanEvent.builder("numbers", Samples.START)
                        .data(numbers)
                        .build()))
                .build();
        repository.storeSpan(span);
        verify(() -> assertStored(TraceEvent.ofSpans(List.of(span))));
    }

    @Test
    void confidence() {
        List<SecurityFinding> findings = new ArrayList<>();
        for (double confidence : new double[] {0.0, Double.MIN_VALUE, 0.1, 1.0 / 3, Math.nextDown(1.0), 1.0}) {
            findings.add(SecurityFinding.builder(Severity.LOW, "x", Samples.START)
                    .confidenceScore(confidence)
                    .build());
        }
        TraceSpan span = span().securityFindings(findings).build();
        repository.storeSpan(span);
        verify(() -> assertStored(TraceEvent.ofSpans(List.of(span))));
    }

    /** Token sums saturate; dollars are added in the order of the spans, since the addition of doubles is not associative. */
    @Test
    void summary_addsUpExactly() {
        UUID traceId = UUID.randomUUID();
        List<TraceSpan> spans = new ArrayList<>();
        double[] costs = {1e16, 1.0, 0.1, 0.2, 0.3, 1e-9, 1.0};
        for (int i = 0; i < costs.length; i++) {
            spans.add(span().traceId(traceId)
                    .startTime(Samples.START.plusNanos(i))
                    .kind(i % 2 == 0 ? SpanKind.LLM : SpanKind.TOOL)
                    .estimatedCostUsd(costs[i])
                    .promptTokens(Long.MAX_VALUE / 3)
                    .completionTokens(BEYOND_DOUBLE)
                    .build());
        }
        repository.storeSpans(spans);
        verify(() -> assertStored(TraceEvent.ofSpans(spans)));
    }

    @Test
    void summary_leavesOutWhatAgentsRepeat() {
        UUID traceId = UUID.randomUUID();
        TraceSpan agent = span().traceId(traceId)
                .kind(SpanKind.AGENT)
                .promptTokens(30L)
                .completionTokens(5L)
                .estimatedCostUsd(0.9)
                .build();
        TraceSpan chain = span().traceId(traceId)
                .kind(SpanKind.CHAIN)
                .completionTokens(50L)
                .build();
        TraceSpan call = span().traceId(traceId)
                .kind(SpanKind.LLM)
                .promptTokens(10L)
                .startTime(Samples.START.plusNanos(1))
                .build();
        TraceSpan second =
                call.toBuilder().spanId(UUID.randomUUID()).promptTokens(20L).build();
        store(agent, chain, call, second);
        verify(() -> assertStored(TraceEvent.ofSpans(List.of(agent, chain, call, second))));
    }
}
