package io.llmtrace.storage.sqlite.internal.query;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.SearchPhrase;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.sqlite.internal.engine.Condition;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.read.SpanReader;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * Searches for words that follow each other. The text index knows which words a span has, but not where, since positions would make it
 * larger. So the texts of the spans that have all words are read and compared. Their number is limited.
 */
final class PhraseSearch {

    /** The most spans whose texts are read: some seconds for long ones. */
    static final int MAX_CANDIDATES = 20_000;

    /** The memory of the row id of a span: in a list, as JSON, and in SQLite. */
    private static final int ROW_BYTES = 100;

    private PhraseSearch() {}

    /**
     * Returns a condition on {@code s} for the spans that have all phrases.
     *
     * @param candidates the spans that have the words of the phrases, and pass as many of the other filters as are known
     * @throws OverloadedException if there are too many candidates
     */
    static Condition of(SqliteConnection connection, Set<SearchPhrase> phrases, Condition candidates)
            throws SQLException {
        List<Long> rows = new ArrayList<>(connection.numbers(
                "SELECT s.id FROM spans s WHERE " + candidates.sql() + " LIMIT " + (MAX_CANDIDATES + 1),
                candidates.arguments()));
        if (rows.size() > MAX_CANDIDATES) {
            throw new OverloadedException("more than " + MAX_CANDIDATES + " spans have the words of " + phrases
                    + ", and their texts must be read to find the phrase: narrow the filters, as by start_time");
        }
        connection.memory().reserveTemporary((long) rows.size() * ROW_BYTES); // until the read ends
        Collections.sort(rows); // mostly the order of the blocks
        SpanReader reader = new SpanReader(connection);
        List<Long> found = new ArrayList<>();
        for (long row : rows) {
            TraceSpan span = reader.indexed(row, TextIndex.ANY_TENANT);
            if (span != null && phrases.stream().allMatch(phrase -> phrase.matches(span))) {
                found.add(row);
            }
        }
        return Condition.of("s.id IN (SELECT value FROM json_each(?))", TraceJson.write(found));
    }
}
