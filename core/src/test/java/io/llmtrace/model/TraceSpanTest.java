package io.llmtrace.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class TraceSpanTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00.123456789Z");
    private static final UUID ID = UUID.fromString("0af76519-16cd-43dd-8448-eb211c80319c");

    static List<Arguments> refused() {
        return List.of(
                refused("duration_ms < 0: -1", s -> s.durationMs(-1L)),
                refused("prompt_tokens < 0: -5", s -> s.promptTokens(-5L)),
                refused("completion_tokens < 0: -5", s -> s.completionTokens(-5L)),
                refused("total_tokens < 0: -5", s -> s.totalTokens(-5L)),
                refused("cache_read_tokens < 0: -5", s -> s.cacheReadTokens(-5L)),
                refused("cache_write_tokens < 0: -5", s -> s.cacheWriteTokens(-5L)),
                refused("reasoning_tokens < 0: -5", s -> s.reasoningTokens(-5L)),
                refused("time_to_first_token_ms < 0: -5", s -> s.timeToFirstTokenMs(-5L)),
                refused("status_code not in [0, 65535]: -1", s -> s.statusCode(-1)),
                refused("status_code not in [0, 65535]: 65536", s -> s.statusCode(65_536)),
                refused("security_score not in [0, 100]: 101", s -> s.securityScore(101)),
                refused("security_score not in [0, 100]: -1", s -> s.securityScore(-1)),
                refused("estimated_cost_usd not a number >= 0: -0.1", s -> s.estimatedCostUsd(-0.1)),
                refused("estimated_cost_usd not a number >= 0: NaN", s -> s.estimatedCostUsd(Double.NaN)),
                refused(
                        "estimated_cost_usd not a number >= 0: Infinity",
                        s -> s.estimatedCostUsd(Double.POSITIVE_INFINITY)),
                refused(
                        "end_time < start_time: 2026-03-01T12:00:00.123456788Z < 2026-03-01T12:00:00.123456789Z",
                        s -> s.endTime(START.minusNanos(1))),
                refused(
                        "start_time not in [1900-01-01T00:00:00Z, 2262-04-11T23:47:16.854775807Z]: 1899-12-31T23:59:59.999999999Z",
                        s -> s.startTime(Times.EARLIEST.minusNanos(1))),
                refused(
                        "end_time not in [1900-01-01T00:00:00Z, 2262-04-11T23:47:16.854775807Z]: 2262-04-11T23:47:16.854775808Z",
                        s -> s.endTime(Times.LATEST.plusNanos(1))),
                refused("tags has no value for key: k", s -> s.tags(Collections.singletonMap("k", null))),
                refused("tags has a key that is not text: null", s -> s.tags(Collections.singletonMap(null, "v"))),
                refused(
                        "attributes has a number that JSON cannot hold: NaN",
                        s -> s.attributes(Map.of("n", Double.NaN))),
                refused(
                        "attributes has a value that is not JSON: java.time.Instant",
                        s -> s.attributes(Map.of("t", List.of(START)))),
                refused("attributes has a key that is not text: 1", s -> s.attributes(Map.of("m", Map.of(1, 2)))),
                refused("attributes is nested deeper than 500 levels", s -> s.attributes(Map.of("deep", nested(600)))));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void build_refuses(String message, UnaryOperator<TraceSpan.Builder> edit) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> edit.apply(span()).build())
                .withMessage(message);
    }

    static List<Arguments> textFields() {
        return List.of(
                text("operation_name", TraceSpan.Builder::operationName),
                text("provider", (s, v) -> s.provider(new LlmProvider(v))),
                text("model_name", TraceSpan.Builder::modelName),
                text("prompt", TraceSpan.Builder::prompt),
                text("response", TraceSpan.Builder::response),
                text("error_message", TraceSpan.Builder::errorMessage),
                text("finish_reason", TraceSpan.Builder::finishReason),
                text("session_id", TraceSpan.Builder::sessionId),
                text("user_id", TraceSpan.Builder::userId),
                text("service_name", TraceSpan.Builder::serviceName),
                text("tags", (s, v) -> s.tags(Map.of(v, "x"))),
                text("tags.x", (s, v) -> s.tags(Map.of("x", v))),
                text("attributes", (s, v) -> s.attributes(Map.of("x", List.of(v)))),
                text(
                        "events.event_type",
                        (s, v) -> s.events(
                                List.of(SpanEvent.builder(v, START).id(ID).build()))),
                text(
                        "events.description",
                        (s, v) -> s.events(List.of(SpanEvent.builder("x", START)
                                .id(ID)
                                .description(v)
                                .build()))),
                text(
                        "events.data",
                        (s, v) -> s.events(List.of(
                                SpanEvent.builder("x", START).id(ID).data(v).build()))),
                text("security_findings.finding_type", (s, v) -> s.addSecurityFinding(finding(v, "", null))),
                text("security_findings.description", (s, v) -> s.addSecurityFinding(finding("x", v, null))),
                text("security_findings.location", (s, v) -> s.addSecurityFinding(finding("x", "", v))),
                text(
                        "agent_actions.name",
                        (s, v) -> s.agentActions(List.of(action(v).build()))),
                text(
                        "agent_actions.arguments",
                        (s, v) ->
                                s.agentActions(List.of(action("x").arguments(v).build()))),
                text(
                        "agent_actions.result",
                        (s, v) -> s.agentActions(List.of(action("x").result(v).build()))),
                text(
                        "agent_actions.metadata.x",
                        (s, v) -> s.agentActions(
                                List.of(action("x").metadata(Map.of("x", v)).build()))));
    }

    @ParameterizedTest
    @MethodSource("textFields")
    void unpairedSurrogate_isRefusedByName(String field, TextEdit edit) {
        for (String bad : List.of("ab\uD83D", "ab\uDE00", "ab\uD83Dc", "ab\uDE00\uD83D")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> edit.apply(span(), bad).build())
                    .withMessage(field + " is not valid Unicode: unpaired surrogate at index 2");
        }
        assertThatCode(() -> edit.apply(span(), "ab\uD83D\uDE00\0").build()).doesNotThrowAnyException();
    }

    @Test
    void text_isMeasuredInBytesOfUtf8() {
        int max = 16 << 20;
        for (String character : List.of("x", "é", "€", "😀")) {
            int bytes = character.getBytes(StandardCharsets.UTF_8).length;
            String longest = character.repeat(max / bytes);
            assertThatCode(() -> span().prompt(longest).build()).doesNotThrowAnyException();
            String tooLong = longest + "xx";
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> span().prompt(tooLong).build())
                    .withMessage("prompt > 16777216 bytes of UTF-8: " + (max / bytes * bytes + 2));
        }
    }

    @Test
    void required_areNamedWhenNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> TraceSpan.builder(null, ID, ID, "x", START))
                .withMessage("tenantId");
        assertThatNullPointerException()
                .isThrownBy(() -> TraceSpan.builder(ID, null, ID, "x", START))
                .withMessage("traceId");
        assertThatNullPointerException()
                .isThrownBy(() -> TraceSpan.builder(ID, ID, null, "x", START))
                .withMessage("spanId");
        assertThatNullPointerException()
                .isThrownBy(() -> TraceSpan.builder(ID, ID, ID, null, START))
                .withMessage("operationName");
        assertThatNullPointerException()
                .isThrownBy(() -> TraceSpan.builder(ID, ID, ID, "x", null))
                .withMessage("startTime");
    }

    @Test
    void derivedValues_areFilledInUnlessSet() {
        TraceSpan derived = span().endTime(START.plusNanos(1_999_999))
                .promptTokens(3L)
                .completionTokens(4L)
                .securityFindings(List.of(finding("pii", "", null)))
                .build();
        assertThat(derived.durationMs()).isEqualTo(1);
        assertThat(derived.totalTokens()).isEqualTo(7);
        assertThat(derived.securityScore()).isEqualTo(80);

        TraceSpan given = derived.toBuilder()
                .durationMs(9L)
                .totalTokens(1L)
                .securityScore(0)
                .build();
        assertThat(given.durationMs()).isEqualTo(9);
        assertThat(given.totalTokens()).isEqualTo(1);
        assertThat(given.securityScore()).isZero();

        assertThat(span().promptTokens(3L).build().totalTokens()).isNull();
        assertThat(span().build().durationMs()).isNull();
        assertThat(span().build().securityScore()).isNull();
        assertThat(span().promptTokens(Long.MAX_VALUE)
                        .completionTokens(1L)
                        .build()
                        .totalTokens())
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void status_isErrorByMessageOrByCode() {
        assertThat(span().build().status()).isEqualTo(SpanStatus.OK);
        assertThat(span().statusCode(399).build().status()).isEqualTo(SpanStatus.OK);
        assertThat(span().statusCode(400).build().status()).isEqualTo(SpanStatus.ERROR);
        assertThat(span().errorMessage("").build().status()).isEqualTo(SpanStatus.ERROR);
        assertThat(span().statusCode(200).errorMessage("x").build().status()).isEqualTo(SpanStatus.ERROR);
    }

    /** Equal costs must be equal in every backend, and some of them have no negative zero. */
    @Test
    void cost_ofMinusZeroIsZero() {
        assertThat(span().estimatedCostUsd(-0.0).build().estimatedCostUsd()).isEqualTo(Double.valueOf(0.0));
    }

    @Test
    void addSecurityFinding_setsTheHighestScore() {
        TraceSpan span = span().securityScore(100)
                .addSecurityFinding(finding("pii", "", null))
                .addSecurityFinding(SecurityFinding.of(Severity.LOW, "pii", "", START))
                .build();
        assertThat(span.securityScore()).isEqualTo(80);
        assertThat(span.securityFindings()).hasSize(2);
    }

    @Test
    void collections_areCopied() {
        List<SecurityFinding> findings = new ArrayList<>();
        Map<String, String> tags = new HashMap<>(Map.of("a", "b"));
        Map<String, Object> attributes = new HashMap<>(Map.of("list", new ArrayList<>(List.of(1))));
        TraceSpan span = span().securityFindings(findings)
                .tags(tags)
                .attributes(attributes)
                .build();
        findings.add(finding("x", "", null));
        tags.clear();
        ((List<?>) attributes.get("list")).clear();
        assertThat(span.securityFindings()).isEmpty();
        assertThat(span.tags()).containsExactly(Map.entry("a", "b"));
        assertThat(span.attributes()).containsExactly(Map.entry("list", List.of(1L)));
    }

    @Test
    void toBuilder_changesNothing() {
        TraceSpan span =
                span().prompt("x").tags(Map.of("a", "b")).durationMs(4L).build();
        assertThat(span.toBuilder().build()).isEqualTo(span);
    }

    @Test
    void toString_isShortAndWithoutContent() {
        assertThat(span().prompt("secret").tags(Map.of("k", "secret")).build().toString())
                .isEqualTo("TraceSpan[0af76519-16cd-43dd-8448-eb211c80319c/0af76519-16cd-43dd-8448-eb211c80319c"
                        + " other 'chat' 2026-03-01T12:00:00.123456789Z]");
    }

    private static TraceSpan.Builder span() {
        return TraceSpan.builder(ID, ID, ID, "chat", START);
    }

    private static SecurityFinding finding(String type, String description, String location) {
        return SecurityFinding.builder(Severity.HIGH, type, START)
                .id(ID)
                .description(description)
                .location(location)
                .build();
    }

    private static AgentAction.Builder action(String name) {
        return AgentAction.builder(AgentActionType.TOOL_CALL, name, START);
    }

    private static Object nested(int levels) {
        Object value = 1L;
        for (int i = 0; i < levels; i++) {
            value = List.of(value);
        }
        return value;
    }

    private static Arguments refused(String message, UnaryOperator<TraceSpan.Builder> edit) {
        return Arguments.of(message, edit);
    }

    private static Arguments text(String field, TextEdit edit) {
        return Arguments.of(field, edit);
    }

    private interface TextEdit {
        TraceSpan.Builder apply(TraceSpan.Builder span, String text);
    }
}
