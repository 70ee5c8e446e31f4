package io.llmtrace.storage.filter;

import io.llmtrace.model.SearchPhrase;
import io.llmtrace.model.SearchTerm;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/** Collects what an expression searches for, to mark it where it was found. */
public final class SearchedWords {

    private SearchedWords() {}

    /**
     * Returns the words in their normal form, beginnings of words such as {@code refun*}, and phrases, whose words have blanks between
     * them. What must not be there is left out.
     */
    public static Set<String> of(FilterExpression expression) {
        Set<String> words = new LinkedHashSet<>();
        add(expression, words);
        return Collections.unmodifiableSet(words);
    }

    private static void add(FilterExpression expression, Set<String> words) {
        if (expression instanceof Criterion<?> criterion) {
            criterion.phrases().stream().map(SearchPhrase::toString).forEach(words::add);
            if (!criterion.terms().isEmpty()) {
                SearchTerm.of(SearchPhrase.without(criterion.valueText())).stream()
                        .map(SearchTerm::toString)
                        .forEach(words::add);
            }
        } else if (expression instanceof FilterExpression.Combination combination
                && !(expression instanceof FilterExpression.Not)) {
            combination.operands().forEach(operand -> add(operand, words));
        }
    }
}
