package io.llmtrace.storage.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class SearchTextTest {

    static List<Arguments> texts() {
        return List.of(
                words(""),
                words(" .-_'\"\0\n\t🚀"),
                words("Hello, World! hello", "hello", "world"),
                words("don't", "don", "t"),
                words("snake_case kebab-case camelCase", "snake", "case", "kebab", "camelcase"),
                words("v1.2.3", "v1", "2", "3"),
                words("{\"a\":[1,\"b\"]}", "a", "1", "b"),
                words("北京abc東", "北", "京", "abc", "東"),
                words("ひらがなカタ", "ひ", "ら", "が", "な", "カ", "タ"),
                words("안녕 세계", "안녕", "세계"),
                words("𠀀𠀁", "𠀀", "𠀁"),
                words("ÄÖÜ Привет", "äöü", "привет"),
                words("𐐀x", "𐐨x"),
                words("e\u0301t\u00E9", "e", "té"),
                words("x".repeat(70), "x".repeat(64)),
                words("𐐨".repeat(70), "𐐨".repeat(64)),
                words("１２", "１２"));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void wordsOf(String text, List<String> words) {
        assertThat(SearchText.wordsOf(text)).containsExactlyElementsOf(words);
    }

    @Test
    void wordsOf_span() {
        Instant time = Instant.EPOCH;
        TraceSpan span = TraceSpan.builder(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), "one", time)
                .prompt("two")
                .response("three")
                .errorMessage("four")
                .agentActions(List.of(AgentAction.builder(AgentActionType.TOOL_CALL, "five", time)
                        .arguments("six")
                        .result("seven")
                        .metadata(Map.of("no", "no"))
                        .build()))
                .securityFindings(List.of(SecurityFinding.of(Severity.LOW, "eight", "nine", time)))
                .modelName("no")
                .tags(Map.of("no", "no"))
                .attributes(Map.of("no", "no"))
                .build();
        assertThat(SearchText.wordsOf(span))
                .containsExactly("one", "two", "three", "four", "five", "six", "seven", "eight", "nine");
    }

    private static Arguments words(String text, String... words) {
        return Arguments.of(text, List.of(words));
    }
}
