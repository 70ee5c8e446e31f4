package io.llmtrace.storage.sqlite.internal.engine;

import io.llmtrace.storage.filter.Wildcards;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;

/**
 * The function {@value #NAME} in SQL: whether a text matches a pattern with wildcards. SQLite's own {@code GLOB} gives a bracket and a
 * question mark a meaning, and ends at the first NUL.
 */
final class WildcardFunction extends Function {

    static final String NAME = "matches_wildcards";

    private @Nullable String lastPattern;
    private Wildcards wildcards = Wildcards.of("");

    private WildcardFunction() {}

    static void addTo(Connection connection) throws SQLException {
        Function.create(
                connection.unwrap(SQLiteConnection.class),
                NAME,
                new WildcardFunction(),
                2,
                Function.FLAG_DETERMINISTIC);
    }

    @Override
    protected void xFunc() throws SQLException {
        String text = value_text(0);
        String pattern = value_text(1);
        if (text == null) {
            result();
            return;
        }
        if (!pattern.equals(lastPattern)) {
            wildcards = Wildcards.of(pattern);
            lastPattern = pattern;
        }
        result(wildcards.matches(text) ? 1 : 0);
    }
}
