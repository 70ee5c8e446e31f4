package io.llmtrace.storage.sqlite;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.spi.SearchText;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The words of all spans. Filling it costs more than storing the spans, so it is filled behind the writes; what it lacks
 * still, a search reads itself, so that the answer is exact at any time.
 *
 * <pre>
 *   bodies  1 2 3 … 4711 | 4712 … 5000
 *           in the index | read by each search until they are
 * </pre>
 */
final class TextIndex {

    private static final int SLICE = 256;

    private static final String INDEXED_TO = "(SELECT value FROM counters WHERE name = 'text_indexed_body')";

    /** Whose a span is plays no part in its words. */
    private static final UUID ANY_TENANT = new UUID(0, 0);

    /** A span's row, the body that was read, and the words in it. */
    private record Words(long span, long body, String words) {}

    private record Slice(long lastBody, List<Words> words) {}

    /** Spans whose name, prompt, response, … have all the words; {@code others} are the query's other filters. */
    Condition condition(Session session, Set<String> words, Condition others) throws SQLException {
        String match = words.stream().map(word -> '"' + word + '"').collect(Collectors.joining(" AND "));
        String indexed = "SELECT rowid FROM text_index WHERE text_index MATCH ?";
        String pending = TraceJson.write(pendingMatches(session, words, others));
        boolean few = session.number(
                        "SELECT count(*) FROM (" + indexed + " LIMIT " + (SpanFilter.FEW + 1) + ")", match)
                <= SpanFilter.FEW;
        return Condition.of(
                (few ? "" : "+") + "s.id IN (" + indexed + " UNION ALL SELECT value FROM json_each(?))", match, pending);
    }

    long pending(Session session) throws SQLException {
        return session.number("SELECT count(*) FROM bodies WHERE id > " + INDEXED_TO);
    }

    /**
     * Takes in the next spans.
     *
     * @return how many; 0 if there is nothing left to do
     */
    int fill(Database database) {
        Slice slice = database.read(this::nextSlice);
        if (slice.lastBody == 0) {
            return 0;
        }
        database.write(session -> {
            for (Words words : slice.words) {
                // Unless it was replaced or deleted meanwhile.
                session.update(
                        "INSERT INTO text_index (rowid, words) SELECT id, ? FROM spans WHERE id = ? AND body = ?",
                        words.words,
                        words.span,
                        words.body);
            }
            return session.update(
                    "UPDATE counters SET value = ? WHERE name = 'text_indexed_body'", slice.lastBody);
        });
        return Math.max(1, slice.words.size());
    }

    /** Merges a part of what deletes left behind. @return whether there may be more */
    boolean mergeSome(Database database, boolean first) {
        return database.write(session -> {
            long before = session.number("SELECT total_changes()");
            session.update("INSERT INTO text_index (text_index, rank) VALUES ('merge', ?)", first ? -200 : 200);
            return session.number("SELECT total_changes()") - before >= 2;
        });
    }

    private Slice nextSlice(Session session) throws SQLException {
        List<long[]> rows = new ArrayList<>();
        session.each(
                "SELECT b.id, b.span FROM bodies b WHERE b.id > " + INDEXED_TO + " ORDER BY b.id LIMIT " + SLICE,
                row -> rows.add(new long[] {row.getLong(1), row.getLong(2)}));
        SpanReader reader = new SpanReader(session);
        List<Words> words = new ArrayList<>();
        for (long[] row : rows) {
            long current = session.number("SELECT body FROM spans WHERE id = ?", row[1]);
            TraceSpan span = current == row[0] ? reader.byRow(row[1], ANY_TENANT) : null;
            if (span != null) {
                words.add(new Words(row[1], row[0], String.join(" ", SearchText.wordsOf(span))));
            }
        }
        return new Slice(rows.isEmpty() ? 0 : rows.get(rows.size() - 1)[0], words);
    }

    private static List<Long> pendingMatches(Session session, Collection<String> wanted, Condition others)
            throws SQLException {
        List<Long> rows = new ArrayList<>();
        session.each(
                "SELECT s.id FROM bodies b CROSS JOIN spans s ON s.id = b.span AND s.body = b.id WHERE b.id > "
                        + INDEXED_TO + " AND " + others.sql(),
                row -> rows.add(row.getLong(1)),
                others.parameters().toArray());
        SpanReader reader = new SpanReader(session);
        List<Long> matches = new ArrayList<>();
        for (long row : rows) {
            TraceSpan span = reader.byRow(row, ANY_TENANT);
            if (span != null && SearchText.wordsOf(span).containsAll(wanted)) {
                matches.add(row);
            }
        }
        return matches;
    }
}
