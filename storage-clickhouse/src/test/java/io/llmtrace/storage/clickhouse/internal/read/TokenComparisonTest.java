package io.llmtrace.storage.clickhouse.internal.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.SearchText;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The missing words and excess tokens of texts with escapes, compared with their definition; no server is needed for this. */
final class TokenComparisonTest {

    /** Each escape in each place: between words, at the ends, after another, and in JSON within a string. */
    @Test
    void escapes_splitWordsAndTokens() {
        for (String escape :
                List.of("\\n", "\\t", "\\\"", "\\\\", "\\/", "\\u0041", "\\u00e9", "\\u0020", "\\\\n", "\\\\\\\"")) {
            for (String text :
                    List.of("a%sb", "%sfoo", "foo%s", "Foo%1$s%1$sbar baz", "é%sx", "%s", "foo%sé nfoo tb")) {
                String escaped = text.formatted(escape.replace("%", "%%"));
                assertDifference("[\"" + escaped + "\"]");
                assertDifference("[\"" + escaped);
                assertDifference("[\"{\\\"k\\\": \\\"" + escaped + "\\\"}\", \"" + escaped + "\"]");
            }
        }
    }

    /** Asserts that exactly the words are missing that are no tokens of the text, and each token is excess that is no word. */
    private static void assertDifference(String prompt) {
        TraceSpan span = TraceSpan.builder(new UUID(0, 1), new UUID(0, 2), new UUID(0, 3), "name", Instant.EPOCH)
                .prompt(prompt)
                .errorMessage(prompt)
                .build();
        Set<String> words = SearchText.wordsOf(span);
        Set<String> tokens = new TreeSet<>(List.of("name"));
        for (String token : prompt.toLowerCase(Locale.ROOT).split("[\\x00-\\x7F&&[^a-z0-9]]+")) {
            tokens.add(token);
        }
        tokens.remove("");
        Set<String> missing = new TreeSet<>(words);
        missing.removeAll(tokens);
        Set<String> excess = new TreeSet<>(tokens);
        excess.removeAll(words);

        IndexedTokens found = IndexedTokens.of(span);

        assertThat(split(found.missing())).as("missing words of %s", prompt).isEqualTo(missing);
        // A token that no search can ask for, or only by a beginning that a word has, may be left out.
        Set<String> surelyExcess = new TreeSet<>(excess);
        surelyExcess.removeIf(token -> token.chars().anyMatch(c -> c >= 0x80));
        assertThat(split(found.excess()))
                .as("tokens of %s that are no words", prompt)
                .isSubsetOf(excess)
                .containsAll(surelyExcess);
    }

    private static Set<String> split(String words) {
        return words.isEmpty() ? Set.of() : new TreeSet<>(List.of(words.split(" ")));
    }
}
