package io.llmtrace.ingest.redaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {

    private final Redactor all = new Redactor(EnumSet.allOf(Detector.class), List.of());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mail a.b+c@mail.example.org now | mail [redacted:email] now",
                "<someone@example.org>, | <[redacted:email]>,",
                "pay 4111 1111 1111 1111. | pay [redacted:credit-card].",
                "pay 5500-0000-0000-0004 | pay [redacted:credit-card]",
                "378282246310005 | [redacted:credit-card]",
                "key sk-proj-abcDEF0123456789abcd | key [redacted:api-key]",
                "sk-svcacct-0123456789abcdefghij | [redacted:api-key]",
                "AKIAIOSFODNN7EXAMPLE | [redacted:api-key]",
                "token ghp_abcdefghijklmnopqrstuvwxyz0123456789 | token [redacted:api-key]",
                "AIzaSyA1234567890abcdefghijklmnopqrstuv | [redacted:api-key]",
                "Authorization: Bearer abcdefghijklmnopqrst1234 | Authorization: [redacted:api-key]",
                "hf_abcdefghijklmnopqrstuvwxyz012345 | [redacted:api-key]",
                "xoxb-123456789012-abcdefghij | [redacted:api-key]",
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl1234 | [redacted:api-key]"
            })
    void detectors_find(String text, String expected) {
        assertThat(redactedPrompt(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "4111 1111 1111 1112", // wrong check digit
                "call 1234567",
                "at 12:00 @ home",
                "risk-free and task-oriented, sk-8",
                "00000000-0000-0000-0000-000000000001",
                "1700000000000000000123456", // longer than any card
                "a@b",
                "the bearer of news"
            })
    void detectors_leaveAlone(String text) {
        assertThat(redactedPrompt(text)).isEqualTo(text);
    }

    @Test
    void privateKey_isMaskedAsAWhole() {
        String key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabc==\n-----END RSA PRIVATE KEY-----";

        assertThat(redactedPrompt("see " + key + " there")).isEqualTo("see [redacted:api-key] there");
    }

    @Test
    void everyFieldOfText_isLookedAt_andStructureStays() {
        String mail = "someone@example.org";
        Instant at = Instant.parse("2026-03-01T12:00:00Z");
        TraceSpan span = span().prompt(mail)
                .response(mail)
                .errorMessage(mail)
                .sessionId(mail)
                .userId(mail)
                .tags(Map.of("owner", mail))
                .attributes(Map.of("deep", Map.of("list", List.of(1L, mail)), "id", mail))
                .events(List.of(SpanEvent.builder("e", at)
                        .description(mail)
                        .data(Map.of("id", mail))
                        .build()))
                .agentActions(List.of(AgentAction.builder(AgentActionType.TOOL_CALL, "t", at)
                        .arguments(mail)
                        .result(mail)
                        .build()))
                .build();

        TraceSpan redacted = all.process(span);

        assertThat(redacted.toString()).doesNotContain(mail);
        assertThat(redacted.prompt()).isEqualTo("[redacted:email]");
        assertThat(redacted.attributes())
                .isEqualTo(Map.of("deep", Map.of("list", List.of(1L, "[redacted:email]")), "id", "[redacted:email]"));
        assertThat(redacted.events().get(0).data()).isEqualTo(Map.of("id", "[redacted:email]"));
        assertThat(redacted.events().get(0).id()).isEqualTo(span.events().get(0).id());
        assertThat(redacted.agentActions().get(0).arguments()).isEqualTo("[redacted:email]");
        assertThat(redacted.spanId()).isEqualTo(span.spanId());
        assertThat(redacted.traceId()).isEqualTo(span.traceId());
    }

    @Test
    void spanWithNothingToRedact_isTheSame() {
        TraceSpan span = span().prompt("nothing").build();

        assertThat(all.process(span)).isSameAs(span);
    }

    @Test
    void rules_maskOrDropByFieldAndPattern() {
        Redactor redactor = new Redactor(
                List.of(),
                List.of(
                        new Rule(List.of("prompt"), Pattern.compile("\\d{3}-\\d{2}-\\d{4}"), "[ssn]"),
                        new Rule(List.of("attributes.user.*"), null, null),
                        new Rule(List.of("tags.secret"), null, "***"),
                        new Rule(List.of(), Pattern.compile("(?i)project x"), "[project]")));
        TraceSpan redacted = redactor.process(span().prompt("123-45-6789 and Project X")
                .response("123-45-6789")
                .tags(Map.of("secret", "s", "secrets", "s"))
                .attributes(Map.of("user.name", "n", "user.mail", "m", "users", "u"))
                .build());

        assertThat(redacted.prompt()).isEqualTo("[ssn] and [project]");
        assertThat(redacted.response()).isEqualTo("123-45-6789");
        assertThat(redacted.tags()).isEqualTo(Map.of("secret", "***", "secrets", "s"));
        assertThat(redacted.attributes()).isEqualTo(Map.of("users", "u"));
    }

    @Test
    void ruleThatWouldEmptyASpan_isRefused() {
        assertThatThrownBy(() -> new Rule(List.of(), null, null)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void longTexts_takeNoLongerThanTheirLength() {
        String text = "a".repeat(1 << 20) + "@" + "1".repeat(1 << 20) + "sk-" + "-".repeat(1 << 20);

        assertThat(redactedPrompt(text)).isNotEmpty(); // would run for hours if it backtracked
    }

    private String redactedPrompt(String text) {
        return all.process(span().prompt(text).build()).prompt();
    }

    private static TraceSpan.Builder span() {
        return TraceSpan.builder(
                UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), "chat", Instant.parse("2026-03-01T12:00:00Z"));
    }
}
