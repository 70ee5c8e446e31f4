package io.llmtrace.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Several words of a text search that must follow each other: {@code "late refund"} in quotes.
 *
 * @param terms the words in their order, at least two
 */
public record SearchPhrase(List<SearchTerm> terms) {

    private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");

    /** Requires two words. */
    public SearchPhrase {
        terms = List.copyOf(terms);
        if (terms.size() < 2) {
            throw new IllegalArgumentException("fewer than two words: " + terms);
        }
    }

    /**
     * Returns the distinct phrases of a query: its parts in quotes that have several words. Such a part with one word is that word,
     * and a quote that is not closed separates words like any other sign.
     */
    public static Set<SearchPhrase> of(String query) {
        Set<SearchPhrase> phrases = new LinkedHashSet<>();
        Matcher quoted = QUOTED.matcher(SearchText.normalized(query));
        while (quoted.find()) {
            List<SearchTerm> terms = SearchTerm.inOrder(quoted.group(1));
            if (terms.size() > 1) {
                phrases.add(new SearchPhrase(terms));
            }
        }
        return Collections.unmodifiableSet(phrases);
    }

    /** Returns the rest of a query without its phrases. */
    public static String without(String query) {
        return QUOTED.matcher(SearchText.normalized(query))
                .replaceAll(quoted -> SearchTerm.inOrder(quoted.group(1)).size() > 1
                        ? " "
                        : Matcher.quoteReplacement(quoted.group()));
    }

    /**
     * Returns whether the words follow each other in one of the texts of a span that are searched. A message, a key and a value of JSON
     * are texts of their own: a phrase does not go on from one to the next.
     */
    public boolean matches(TraceSpan span) {
        for (SpanField<?> field : SpanField.properties()) {
            if (field.searchedTextsOf(span).anyMatch(this::isInContent)) {
                return true;
            }
        }
        return false;
    }

    private boolean isInContent(String content) {
        boolean[] found = {false};
        JsonText.forEach(content, text -> found[0] = found[0] || isIn(text));
        return found[0];
    }

    private boolean isIn(String text) {
        List<String> last = new ArrayList<>();
        boolean[] found = {false};
        SearchText.forEachWord(SearchText.normalized(text), (word, end) -> {
            last.add(word);
            if (last.size() > terms.size()) {
                last.remove(0);
            }
            found[0] = found[0] || endsHere(last);
        });
        return found[0];
    }

    private boolean endsHere(List<String> last) {
        if (last.size() < terms.size()) {
            return false;
        }
        for (int i = 0; i < terms.size(); i++) {
            if (!terms.get(i).matches(last.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Returns the words with blanks between them. */
    @Override
    public String toString() {
        return terms.stream().map(SearchTerm::toString).collect(Collectors.joining(" "));
    }
}
