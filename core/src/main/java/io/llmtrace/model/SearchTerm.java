package io.llmtrace.model;

import java.util.Collections;
import java.util.LinkedHashSet;
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
     * {@code refun*}, are prefixes. An asterisk counts only before a blank or the end, so {@code **bold**} is the word
     * {@code bold}.
     */
    public static Set<SearchTerm> of(String query) {
        Set<SearchTerm> terms = new LinkedHashSet<>();
        String text = SearchText.normalized(query);
        SearchText.forEachWord(text, (word, end) -> terms.add(new SearchTerm(word, isPrefix(text, end))));
        return Collections.unmodifiableSet(terms);
    }

    private static boolean isPrefix(String text, int end) {
        return end < text.length()
                && text.charAt(end) == '*'
                && (end + 1 == text.length() || Character.isWhitespace(text.charAt(end + 1)));
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
