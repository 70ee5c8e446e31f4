package io.llmtrace.storage.sqlite.internal.engine;

import io.llmtrace.storage.filter.Wildcards;
import io.llmtrace.storage.sqlite.internal.format.AttributeTerms;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;

/**
 * The function {@value #NAME} in SQL: whether a term of the text index begins with one text, and what its rest stands for matches a
 * pattern with wildcards. The index lists each term once for each of its spans, so the last answer is kept.
 */
final class TermFunction extends Function {

    static final String NAME = "term_matches";

    private @Nullable String lastTerm;
    private @Nullable String lastPattern;
    private @Nullable String lastBeginning;
    private boolean lastAnswer;

    private TermFunction() {}

    static void addTo(Connection connection) throws SQLException {
        Function.create(
                connection.unwrap(SQLiteConnection.class), NAME, new TermFunction(), 3, Function.FLAG_DETERMINISTIC);
    }

    @Override
    protected void xFunc() throws SQLException {
        String term = value_text(0);
        String beginning = value_text(1);
        String pattern = value_text(2);
        if (!term.equals(lastTerm) || !pattern.equals(lastPattern) || !beginning.equals(lastBeginning)) {
            lastAnswer = term.startsWith(beginning)
                    && Wildcards.of(pattern).matches(AttributeTerms.decoded(term, beginning.length()));
            lastTerm = term;
            lastPattern = pattern;
            lastBeginning = beginning;
        }
        result(lastAnswer ? 1 : 0);
    }
}
