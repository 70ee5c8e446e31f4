package io.llmtrace.storage.spi;

import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.filter.AttributeCriterion;
import io.llmtrace.storage.filter.Criterion;
import io.llmtrace.storage.filter.QueryFilter;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;

/** Checks the texts in the criteria of a query. */
public final class QueryTexts {

    private QueryTexts() {}

    /**
     * Returns whether all texts of the criteria are valid Unicode. No span has an invalid text, but engines would replace it and
     * match other texts.
     */
    public static boolean areUnicode(TraceQuery query) {
        return query.criteria().stream().allMatch(QueryTexts::isUnicode);
    }

    /** Returns whether the texts of a condition on an attribute are valid Unicode. If not, no span passes it. */
    public static boolean isUnicode(AttributeCriterion criterion) {
        CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();
        return utf8.canEncode(criterion.path()) && utf8.canEncode(criterion.value());
    }

    /** Returns whether the texts of a criterion are valid Unicode. If not, no span passes it. */
    public static boolean isUnicode(Criterion<?> criterion) {
        CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();
        String key = criterion.filter().field().tagKey();
        if (key != null && !utf8.canEncode(key)) {
            return false;
        }
        return criterion.filter().comparison() == QueryFilter.Comparison.WORDS
                ? criterion.terms().stream().allMatch(term -> utf8.canEncode(term.word()))
                : utf8.canEncode(criterion.valueText());
    }
}
