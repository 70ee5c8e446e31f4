package io.llmtrace.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One term of a text search: a word, or the beginning of words.
 *
 * @param word the word in its normal form, see {@link SearchText}
 * @param isPrefix whether longer words that begin with it match, too
 */
public record SearchTerm(String word, boolean isPrefix) {

    /**
     * Returns the distinct terms of a query: its words, of which those directly followed by an asterisk, as in
     * {@code refun*}, are prefixes. An asterisk counts only before a blank, a quote or the end, so {@code **bold**} is the word
     * {@code bold}. The words of a {@link SearchPhrase} are among them.
     */
    public static Set<SearchTerm> of(String query) {
        return Collections.unmodifiableSet(new LinkedHashSet<>(inOrder(SearchText.normalized(query))));
    }

    /** Returns the terms of a query in their order, each as often as it occurs. */
    static List<SearchTerm> inOrder(String normalized) {
        List<SearchTerm> terms = new ArrayList<>();
        SearchText.forEachWord(normalized, (word, end) -> terms.add(new SearchTerm(word, isPrefix(normalized, end))));
        return terms;
    }

    private static boolean isPrefix(String text, int end) {
        return end < text.length()
                && text.charAt(end) == '*'
                && (end + 1 == text.length()
                        || text.charAt(end + 1) == '"'
                        || Character.isWhitespace(text.charAt(end + 1)));
    }

    /** Returns whether a word matches. */
    boolean matches(String other) {
        return isPrefix ? other.startsWith(word) : other.equals(word);
    }

    /** Returns whether one of the words of a text matches. */
    public boolean matches(Set<String> words) {
        return words.contains(word) || (isPrefix && words.stream().anyMatch(each -> each.startsWith(word)));
    }

    /** Returns the term as it is typed. */
    @Override
    public String toString() {
        return isPrefix ? word + "*" : word;
    }
}
