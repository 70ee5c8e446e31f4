package io.llmtrace.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class SearchTextTest {

    static List<Arguments> texts() {
        return List.of(
                words(""),
                words(" .-_'\"\0\n\t$+<=>`^~|"),
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
                words("e\u0301t\u00E9 \u00E9te\u0301", "\u00E9t\u00E9"),
                words("x".repeat(70), "x".repeat(64)),
                words("𐐨".repeat(70), "𐐨".repeat(64)),
                words("１２ ｆｕｌｌ ﬁle ™", "12", "full", "file", "tm"),
                words("İstanbul i\u0307stanbul ISTANBUL", "istanbul"),
                words("हिन्दी ತಮಿಳು", "हिन्दी", "ತಮಿಳು"),
                words("שָׁלוֹם שלום", "שלום"),
                words("كِتَاب كتاب", "كتاب"),
                words("ver\u00ADsand", "versand"),
                words("ไทยแลนด์", "ไ", "ท", "ย", "แ", "ล", "น", "ด"),
                words("go😀stop 👍🏽 ❤\uFE0F ©2026", "go", "😀", "stop", "👍", "❤", "©", "2026"),
                words("\uD83D x", "x"));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void wordsOf(String text, List<String> words) {
        assertThat(SearchText.wordsOf(text)).containsExactlyElementsOf(words);
    }

    static List<Arguments> contents() {
        return List.of(
                words("a\\nb", "a", "nb"),
                words("{\"q\": \"a\\nReturn caf\\u00e9\"}", "q", "a", "return", "café"),
                words(" [\"\\u9000\\u6b3e\", 12.5, true, null]", "退", "款", "12", "5", "true", "null"),
                words("\"\\tone\\\"two\\\"\"", "one", "two"),
                words("{\"a\": \"{\\\"b\\\": \\\"c\\\\nd\\\"}\"}", "a", "b", "c", "d"),
                words("{\"a\": \"C:\\\\new\"}", "a", "c", "new"),
                words("{\"a\": 1}\n{\"b\": \"\\n2\"}", "a", "1", "b", "2"),
                words("{\"a\": \"x\\ny\\u00e9 cut\\", "a", "x", "yé", "cut"),
                words("{\"a\": \"\\u00e9\\u00", "a", "é"),
                words("[{\"a\": \"[{\\\"b\\\": \\\"x\\\\ny", "a", "b", "x", "y"),
                words("{\"a\": \"b\\nc\",", "a", "b", "c"),
                words("{\"a\": \"b\\nc\", \"d\": tru", "a", "b", "c", "d", "tru"),
                words("[\"b\\nc\", true, -1.", "b", "c", "true", "1"),
                words("{\"a\": \"b\\nc\", \"d\"", "a", "b", "c", "d"),
                words("{\"a\": \"b\", \"d\\ne", "a", "b", "d", "e"),
                words("{\"a\", \"b\\nc\"}", "a", "b", "nc"),
                words("[link](C:\\new)", "link", "c", "new"),
                words("{'a': 'b\\nc'}", "a", "b", "nc"),
                words("\"quoted\" text\\n", "quoted", "text", "n"),
                words("[".repeat(2_000) + "\\na", "na"));
    }

    @ParameterizedTest
    @MethodSource("contents")
    void wordsOfContent(String text, List<String> words) {
        assertThat(SearchText.wordsOfContent(text)).containsExactlyInAnyOrderElementsOf(words);
    }

    /** Normalizing all of these marks would take hours: their order is by class, so each would move to the front. */
    @Test
    void wordsOf_marksWithoutEnd() {
        assertThat(SearchText.wordsOf("a" + "\u0301\u0323".repeat(1_000_000) + " b"))
                .containsExactly("\u1EA1" + "\u0323".repeat(14) + "\u0301".repeat(15), "b");
    }

    /** At a cost for each value that grows with the text, this would take hours. */
    @Test
    void wordsOfContent_ofManyValues() {
        String json = "[" + "\"a\",1,".repeat(1_000_000) + "\"\\nb\"]";

        assertThat(SearchText.wordsOfContent(json)).containsExactly("a", "1", "b");
    }

    static List<Arguments> terms() {
        return List.of(
                words("refun* Policy", "refun*", "policy"),
                words("환불*", "환불*"),
                words("a* b*c d * *e f**", "a*", "b", "c", "d", "e", "f"),
                words("**bold** * item", "bold", "item"),
                words("ＡＢ＊", "ab*"),
                words("x* x", "x*", "x"));
    }

    @ParameterizedTest
    @MethodSource("terms")
    void terms_areWordsAndPrefixes(String query, List<String> terms) {
        assertThat(SearchTerm.of(query)).extracting(SearchTerm::toString).containsExactlyElementsOf(terms);
    }

    @Test
    void term_matches() {
        Set<String> words = Set.of("refund", "a");
        assertThat(new SearchTerm("refund", false).matches(words)).isTrue();
        assertThat(new SearchTerm("refun", false).matches(words)).isFalse();
        assertThat(new SearchTerm("refun", true).matches(words)).isTrue();
        assertThat(new SearchTerm("refund", true).matches(words)).isTrue();
        assertThat(new SearchTerm("refunds", true).matches(words)).isFalse();
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
                .attributes(Map.of(
                        "no",
                        "no",
                        "gen_ai.system_instructions",
                        "[{\"content\": \"ten\\neleven\"}]",
                        "ai.prompt",
                        Map.of("$ref", "prompt")))
                .build();
        assertThat(SearchText.wordsOf(span))
                .containsExactly(
                        "one", "two", "three", "four", "eight", "nine", "five", "six", "seven", "content", "ten",
                        "eleven");
    }

    private static Arguments words(String text, String... words) {
        return Arguments.of(text, List.of(words));
    }
}
