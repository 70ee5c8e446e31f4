package io.llmtrace.storage.clickhouse.internal.read;

import io.llmtrace.model.SearchTerm;
import io.llmtrace.model.SearchText;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.clickhouse.internal.engine.Condition;
import io.llmtrace.storage.clickhouse.internal.engine.RowInput;
import io.llmtrace.storage.clickhouse.internal.engine.RowOutput;
import io.llmtrace.storage.filter.Wildcards;
import io.llmtrace.storage.spi.AttributeTokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What is stored of a span for its indexes: its attributes as {@link AttributeTokens}, and what the index of words sees of its texts,
 * compared with the words that the text filter is defined by.
 *
 * <p>The index covers name, prompt and response as they are stored, since a second copy of their words would cost much of the
 * space that compression saves. It splits them at every ASCII character other than letters and digits, and changes the case of
 * ASCII only. So it lacks words of {@link SearchText}, and has tokens that are none:
 *
 * <pre>
 *   text                     tokens of the index    words           missing   excess
 *   {"q": "a\nReturn"}       q, a, nreturn          q, a, return    return    nreturn
 *   “hello”                  “hello”                hello           hello
 * </pre>
 *
 * <p>Both differences are stored beside the texts, and together with them a search answers exactly as the filter is defined. The
 * missing words include those of the other fields that are searched, which the index does not cover.
 *
 * @param missing words that the index lacks, separated by blanks
 * @param excess tokens of the index that are no words of the span, separated by blanks; only those that a search can ask for
 * @param attributes the tokens of the attributes
 */
public record IndexedTokens(String missing, String excess, Collection<String> attributes) {

    private static final String ATTRIBUTE_TOKENS = "attribute_tokens";

    /** The columns of {@code spans} that {@link #write} writes, in its order. */
    public static final List<String> COLUMNS = List.of("more_words", "false_words", ATTRIBUTE_TOKENS, "words_version");

    /** Identifies a row with its version; its hour follows from its start. */
    public static final String ROW =
            "reinterpretAsUUID(sipHash128(tenant_id, trace_id, span_id, start_time, row_kind, version))";

    /** Changes with the rules for the words and those for the attributes. */
    private static final int VERSION = SearchText.VERSION + AttributeTokens.VERSION;

    /** Holds for a row whose words and attributes were determined by the rules of an earlier version. */
    public static final String OUTDATED = "words_version < " + VERSION;

    /** Must be the very expression of the index {@code words}, or the server does not use the index. */
    private static final String SEARCHED_TEXT =
            "lower(concat(operation_name, ' ', ifNull(prompt, ''), ' ', ifNull(response, ''), ' ', more_words))";

    /** Fields whose texts are part of the expression that the index covers. */
    private static final List<SpanField<?>> INDEXED =
            List.of(SpanField.OPERATION_NAME, SpanField.PROMPT, SpanField.RESPONSE);

    private static final List<SpanField<?>> OTHERS = SpanField.properties().stream()
            .filter(field -> field.isSearched() && !INDEXED.contains(field))
            .toList();

    /**
     * Returns a condition on a row of {@code spans} that holds if the span has a word that the term matches. The index serves
     * whole words; for the beginning of a word, texts are scanned.
     *
     * @param parameter the name of a parameter that the statement has no other of
     */
    public static Condition matching(SearchTerm term, String parameter) {
        String word = "{" + parameter + ":String}";
        String sql = term.isPrefix()
                ? "(position(%1$s, %2$s) > 0 AND arrayExists(token -> startsWith(token, %2$s)"
                        + " AND NOT has(splitByChar(' ', false_words), token), tokens(%1$s)))"
                : "(hasToken(%1$s, %2$s) AND NOT hasToken(false_words, %2$s))";
        return Condition.of(sql.formatted(SEARCHED_TEXT, word), parameter, term.word());
    }

    /**
     * Returns a condition on a row of {@code spans} that holds if the span has a token that is asked for. The index serves single
     * tokens; for those in a range, the tokens of all spans are looked through that pass the other filters.
     *
     * @param parameter returns the name of a parameter that the statement has no other of
     */
    public static Condition matching(AttributeTokens.Asked asked, Supplier<String> parameter) {
        if (!asked.tokens().isEmpty()) {
            return Condition.any(asked.tokens().stream()
                    .map(token -> ofParameter("has(" + ATTRIBUTE_TOKENS + ", %s)", parameter.get(), token))
                    .toList());
        }
        Condition from = ofParameter("token " + asked.fromOperator() + " %s", parameter.get(), asked.from());
        Condition to = ofParameter("token " + asked.toOperator() + " %s", parameter.get(), asked.to());
        Wildcards pattern = asked.pattern();
        Condition all = from.and(to);
        if (pattern != null) {
            int start = asked.beforeText().getBytes(StandardCharsets.UTF_8).length + 1;
            all = all.and(
                    ofParameter("substring(token, " + start + ") LIKE %s", parameter.get(), likePattern(pattern)));
        }
        return all.within("arrayExists(token -> ", ", " + ATTRIBUTE_TOKENS + ")");
    }

    private static Condition ofParameter(String sql, String parameter, String value) {
        return Condition.of(sql.formatted("{" + parameter + ":String}"), parameter, value);
    }

    /** Returns a pattern in the language of {@code LIKE}. */
    public static String likePattern(Wildcards pattern) {
        return pattern.literals().stream()
                .map(literal -> literal.replaceAll("[\\\\%_]", "\\\\$0"))
                .collect(Collectors.joining("%"));
    }

    /**
     * Determines the words of a row of {@code spans}, of which {@link SpanColumns#SELECT_SEARCHED} was selected.
     *
     * @param unreadable is told why a value cannot be read, whose words are then left out
     */
    public static IndexedTokens ofRow(RowInput row, Consumer<RuntimeException> unreadable) throws IOException {
        UUID none = new UUID(0, 0);
        TraceSpan.Builder span = TraceSpan.builder(none, none, none, "", Instant.EPOCH);
        SpanColumns.readSearchedInto(row, span, unreadable);
        return of(span.build());
    }

    /** Writes the {@link #COLUMNS}. */
    public void write(RowOutput row) {
        row.writeText(missing);
        row.writeText(excess);
        row.writeCount(attributes.size());
        attributes.forEach(row::writeText);
        row.writeByte(VERSION);
    }

    static IndexedTokens of(TraceSpan span) {
        TokenComparison comparison = new TokenComparison();
        INDEXED.forEach(field -> field.searchedTextsOf(span).forEach(comparison::addIndexed));
        OTHERS.forEach(field -> field.searchedTextsOf(span).forEach(comparison::addOther));
        return new IndexedTokens(
                String.join(" ", comparison.missing()),
                String.join(" ", comparison.excess(() -> SearchText.wordsOf(span))),
                AttributeTokens.of(span));
    }
}
