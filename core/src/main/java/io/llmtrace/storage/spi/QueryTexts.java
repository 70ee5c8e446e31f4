package io.llmtrace.storage.spi;

import io.llmtrace.storage.Criterion;
import io.llmtrace.storage.QueryFilter;
import io.llmtrace.storage.TraceQuery;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;

/** Checks the texts in the criteria of a query. */
public final class QueryTexts {

    private QueryTexts() {}

    /**
     * Returns whether all texts of a query are valid Unicode. No span has an invalid text, but engines would replace it and match
     * other texts.
     */
    public static boolean areUnicode(TraceQuery query) {
        CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();
        for (Criterion<?> criterion : query.criteria()) {
            String key = criterion.filter().field().tagKey();
            boolean isWords = criterion.filter().comparison() == QueryFilter.Comparison.WORDS;
            if (!isWords && !utf8.canEncode(criterion.text())) {
                return false;
            }
            if (key != null && !utf8.canEncode(key)) {
                return false;
            }
        }
        return query.terms().stream().allMatch(term -> utf8.canEncode(term.word()));
    }
}
