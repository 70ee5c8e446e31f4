package io.llmtrace.storage.filter;

import static io.llmtrace.storage.filter.FilterExpression.atLeast;
import static io.llmtrace.storage.filter.FilterExpression.atMost;
import static io.llmtrace.storage.filter.FilterExpression.equalTo;
import static io.llmtrace.storage.filter.FilterExpression.has;
import static io.llmtrace.storage.filter.FilterExpression.lacks;
import static io.llmtrace.storage.filter.FilterExpression.matching;
import static io.llmtrace.storage.filter.FilterExpression.not;
import static io.llmtrace.storage.filter.FilterExpression.words;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FilterExpressionTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private static final TraceSpan SPAN = TraceSpan.builder(
                    new UUID(1, 1), new UUID(2, 2), new UUID(0, 3), "chat gpt-4o", START)
            .kind(SpanKind.LLM)
            .provider(new LlmProvider("openai"))
            .modelName("gpt-4o-2024")
            .prompt("Please refund my order: it is late")
            .durationMs(5_000L)
            .totalTokens(1_500L)
            .estimatedCostUsd(0.02)
            .sessionId("")
            .tags(Map.of("env", "prod", "a key", "x*y", "quote\"d", "1"))
            .securityFindings(List.of(finding("pii", Severity.LOW), finding("jailbreak", Severity.HIGH)))
            .build();

    private static SecurityFinding finding(String type, Severity severity) {
        return SecurityFinding.builder(severity, type, START).build();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "model:gpt-4o-2024",
                "model_name:\"gpt-4o-2024\"",
                "model:gpt-4*",
                "model:*4o*",
                "model:g*t*20*4",
                "provider:open*",
                "kind:llm provider:openai",
                "kind:llm AND provider:openai",
                "kind:tool OR provider:openai",
                "kind:tool AND kind:llm OR provider:openai",
                "kind:(tool, llm)",
                "kind:(tool OR llm)",
                "kind:(tool llm)",
                "-kind:tool",
                "NOT kind:tool",
                "NOT (kind:tool OR kind:agent)",
                "-(kind:llm -kind:llm)",
                "NOT NOT kind:llm",
                "NOT -kind:llm",
                "(-kind:tool)",
                "(operation:chat* -operation:f(x))",
                "-text:f(x) kind:llm",
                "duration:>4s duration:<5.1s",
                "duration:>=5000 duration:<=5000",
                "duration:5s",
                "duration:5000ms",
                "total_tokens:1000..2000",
                "tokens:1500..",
                "tokens:..1500",
                "cost:>0.01",
                "cost:$0.02",
                "-cost:>0.02",
                "start:2026-03-01",
                "start:<=2026-03-01",
                "start:>2026-02-28",
                "start_time:2026-03-01T12:00:00Z..2026-03-02",
                "-end:*",
                "session:\"\"",
                "session:*",
                "-user:*",
                "-user:\"\"",
                "tag.env:prod",
                "env=prod",
                "model=gpt-4o-2024",
                "tag.env=prod",
                "tag.env:*",
                "tag.\"a key\":x\\*y",
                "tag.\"a key\":\"x*y\"",
                "tag.\"quote\\\"d\":1",
                "refund late",
                "refund AND late",
                "refund -damaged",
                "refu* model:gpt-4* late",
                "\"refund my order\"",
                "\"ORDER it\" late text:\"is lat*\"",
                "-\"my refund\" 5\" late 6\" OR order",
                "damaged OR refund",
                "text:(damaged OR refund)",
                "(((refund)))",
                "finding:pii severity:low",
                "finding:pii severity:(low OR critical)",
                "finding:p* severity:low",
                "-(finding:pii severity:high)",
                "order -- it is",
                "{kind:llm} {late cost:0.02}",
                "trace:00000000-0000-0002*",
                "trace:00000000000000020000*",
                "span:00000000*",
                "span:0000000000000003*",
                "-span:0000000000000004*",
                "-{kind:tool}",
                "{kind:(llm OR tool)}{(refund)}",
            })
    void spanPasses(String text) {
        assertThat(FilterExpression.parse(text).passes(SPAN, List.of(SPAN))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model:gpt-4",
                "model:GPT-4*",
                "model:gpt-4\\*",
                "model:\"gpt-4*\"",
                "model:*gpt",
                "model:2024*gpt",
                "kind:tool AND (kind:llm OR provider:openai)",
                "kind:(tool, agent)",
                "NOT kind:llm",
                "-kind:llm",
                "NOT NOT -kind:llm",
                "tag.model=gpt-4o-2024",
                "duration:>5s",
                "duration:<5s",
                "tokens:1501..",
                "cost:>0.02",
                "start:>2026-03-01",
                "start:<2026-03-01",
                "end:2026-03-01",
                "user:*",
                "user:\"\"",
                "tag.env:pro",
                "tag.other:*",
                "refund damaged",
                "\"my refund order\"",
                "refund \"order is late\"",
                "text:\"late refund\"",
                "-\"refund my order\"",
                "refund or order",
                "-refund",
                "finding:pii severity:high",
                "finding:pii severity:(high OR critical)",
                "finding:(pii jailbreak) severity:medium",
                "-(finding:pii severity:low)",
            })
    void spanDoesNotPass(String text) {
        assertThat(FilterExpression.parse(text).passes(SPAN, List.of(SPAN))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "modle:gpt|no field is named modle; did you mean model?; to search for it as words, write it in quotes (at character 1)",
                "a https:x|no field is named https; to search for it as words, write it in quotes (at character 3)",
                "model:|model needs a value; for an empty one write \"\" (at character 7)",
                "model: gpt|model needs a value; for an empty one write \"\" (at character 7)",
                "model:a OR|a condition is missing (at character 11)",
                "OR model:a|a condition is missing (at character 1)",
                "model:a AND OR b|a condition is missing (at character 13)",
                "NOT|a condition is missing (at character 4)",
                "(model:a|the ( at character 1 is not closed (at character 9)",
                "model:a )|there is no ( for this ) (at character 9)",
                "model:(a b|the ( at character 7 is not closed (at character 11)",
                "model:\"a b|this quote is not closed (at character 7)",
                "kind:modle|not a span kind [llm, embedding, tool, agent, chain, retriever, reranker, guardrail, evaluator, other]: 'modle' (at character 6)",
                "model:a)|there is no ( for this ) (at character 8)",
                "model :a|a field is missing in front of the colon; words go in quotes (at character 7)",
                "cost>0.01|a colon is missing: cost:>; words go in quotes (at character 5)",
                "{kind:llm|the { at character 1 is not closed (at character 10)",
                "{(kind:llm}|the ( at character 2 is not closed (at character 11)",
                "({kind:llm)|the { at character 2 is not closed (at character 11)",
                "{}|a condition is missing (at character 2)",
                "{a {b}}|braces within braces (at character 4)",
                "NOT OR a|a condition is missing (at character 5)",
                "trace:0000000*|trace_id takes an id, or at least 8 of its first digits and an asterisk: '0000000*' (at character 7)",
                "span:*00000000|span_id takes an id, or at least 8 of its first digits and an asterisk: '*00000000' (at character 6)",
                "kind:l*|no wildcards in values of kind, which are [llm, embedding, tool, agent, chain, retriever, reranker, guardrail, evaluator, other] (at character 6)",
                "cost:>x|not a number, or out of range: 'x' (at character 6)",
                "cost:5..1|the range ends before it begins: 5..1 (at character 6)",
                "cost:..|a range needs a value at one end at least (at character 6)",
                "score:>100|min_security_score not in [0, 100]: 101 (at character 7)",
                "tokens:>9223372036854775807|no value of total_tokens lies beyond: >9223372036854775807 (at character 8)",
                "model:>a|model_name has no order (at character 7)",
                "prompt:refund|prompt cannot be compared with a value; search for its words instead (at character 8)",
                "tags:x|tags cannot be compared with a value (at character 6)",
                "start:*|start_time:* selects every span (at character 7)",
                "start:yesterday|not an RFC 3339 time such as 2026-01-31T09:30:00.123456789Z: 'yesterday' (at character 7)",
                "-\"--\"|no word to search for, only signs: '--' (at character 2)",
                "a OR --|no word to search for, only signs: '--' (at character 6)",
            })
    void wrongText_isRefusedWithItsPosition(String text, String message) {
        assertThatExceptionOfType(FilterSyntaxException.class)
                .isThrownBy(() -> FilterExpression.parse(text))
                .withMessage(message);
    }

    @Test
    void expressionsOfCode_areThoseOfTheLanguage() {
        FilterExpression expression = matching(SpanField.MODEL_NAME, "gpt-4*")
                .and(equalTo(SpanField.STATUS, SpanStatus.ERROR).or(atLeast(SpanField.ESTIMATED_COST_USD, 0.01)))
                .and(lacks(SpanField.SESSION_ID))
                .and(not(words("refund late")))
                .and(has(SpanField.USER_ID))
                .and(atMost(SpanField.TOTAL_TOKENS, 5L));

        assertThat(FilterExpression.parse(
                        "model:gpt-4* (status:error OR cost:>=0.01) -session:* -(refund late) user:*" + " tokens:<=5"))
                .isEqualTo(expression);
    }

    @Test
    void someSpan_passesBySpansOfItsTrace() {
        TraceSpan tool = SPAN.toBuilder()
                .spanId(new UUID(0, 4))
                .kind(SpanKind.TOOL)
                .estimatedCostUsd(null)
                .build();
        FilterExpression both = FilterExpression.parse("{kind:tool} {kind:llm cost:>0.01}");

        assertThat(both.passes(tool, List.of(SPAN, tool))).isTrue();
        assertThat(both.passes(SPAN, List.of(SPAN))).isFalse();
        assertThat(FilterExpression.parse("kind:llm {kind:tool}").passes(tool, List.of(SPAN, tool)))
                .isFalse();
    }

    @Test
    void size_isLimited() {
        assertThatExceptionOfType(FilterSyntaxException.class)
                .isThrownBy(() -> FilterExpression.parse("(".repeat(51) + "a" + ")".repeat(51)))
                .withMessage("more than 50 parentheses within each other (at character 51)");
        assertThatExceptionOfType(FilterSyntaxException.class)
                .isThrownBy(() -> FilterExpression.parse("kind:llm ".repeat(501)))
                .withMessageStartingWith("more than 500 conditions");
        assertThatExceptionOfType(FilterSyntaxException.class)
                .isThrownBy(() -> FilterExpression.parse("a".repeat(16_385)))
                .withMessageStartingWith("the filter is longer than 16384 characters");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "model_name:gpt-4o",
                "model_name:gpt-4*",
                "model_name:\"a \\\"b\\\\\"",
                "model_name:a\\ b\\*c*",
                "duration_ms:>=5000 duration_ms:<=6000",
                "kind:llm OR (kind:tool NOT session_id:*)",
                "kind:llm (kind:tool OR NOT model_name:x)",
                "NOT (kind:llm kind:tool)",
                "start_time:>=2026-03-01T12:00:00Z",
                "estimated_cost_usd:>=1.0E-5",
                "tag.env:prod",
                "tag.\"a key\":x",
                "text:\"refu* late\"",
                "text:\"refund\"",
                "text:refund\\ late",
                "NOT text:\\\"late\\ refund\\\"\\ order",
                "span_id:00000000000000ff",
                "{kind:llm OR kind:tool} NOT {model_name:a\\}* kind:llm}",
            })
    void text_readsBackEqual(String text) {
        FilterExpression expression = FilterExpression.parse(text);
        assertThat(expression.text()).isEqualTo(text);
        assertThat(FilterExpression.parse(expression.text())).isEqualTo(expression);
    }
}
