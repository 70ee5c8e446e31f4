package io.llmtrace.storage.filter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchedWordsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Refund late refun* | [refund, late, refun*]",
                "model:gpt (late OR kind:llm return) | [late, return]",
                "{kind:tool refund} {text:(order OR sale)} | [refund, order, sale]",
                "-refund NOT (late return) order | [order]",
                "model:gpt | []",
                "\"Late refund\" order text:\"a b\" | [a b, late refund, order]",
                "text:late\\ refund | [late, refund]",
            })
    void of_collectsWhatIsSearchedFor(String expression, String words) {
        assertThat(SearchedWords.of(FilterExpression.parse(expression))).hasToString(words);
    }
}
