package io.llmtrace.storage.sqlite.internal.query;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.SearchTerm;
import io.llmtrace.model.SearchText;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.sqlite.internal.engine.Condition;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.format.BlockMembers;
import io.llmtrace.storage.sqlite.internal.read.SpanReader;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Searches in the tokens of all spans. The index is filled after the writes, since filling it costs more than storing the spans;
 * a search reads the pending spans itself, so that its result is exact at any time.
 *
 * <pre>
 *   blocks of spans   1 2 3 … 4711 | 4712 … 5000
 *                     in the index | pending: read by each search
 * </pre>
 */
public final class TextIndex {

    /** The last block whose spans are in the index, as SQL. */
    public static final String LAST_INDEXED_BLOCK = "(SELECT value FROM counters WHERE name = 'text_indexed_block')";

    /** A placeholder for the tenant of spans that are read for their content only. */
    public static final UUID ANY_TENANT = new UUID(0, 0);

    /** Up to this many spans with a value are looked up by row id; for more, a scan from the newest span on is faster. */
    private static final int MAX_LOOKED_UP = 20_000;

    private static final String MATCHING = "SELECT rowid FROM text_index WHERE text_index MATCH ?";

    private TextIndex() {}

    /**
     * Returns a condition on {@code s} for the spans that match all terms.
     *
     * @param others the query's other filters, which limit the pending spans that are read
     */
    static Condition withTokens(SqliteConnection connection, Set<SearchTerm> terms, Condition others)
            throws SQLException {
        String match = terms.stream()
                .map(term -> '"' + term.word() + '"' + (term.isPrefix() ? " *" : ""))
                .collect(Collectors.joining(" AND "));
        Condition rows = rows(match, pendingMatches(connection, terms, others));
        // The plus keeps SQLite from looking up many spans by row id: it then scans from the newest span on.
        return matchesMoreThan(SpanFilter.FEW, connection, match) ? rows.within("+", "") : rows;
    }

    /**
     * Returns a condition on {@code s} for the spans that may have a value, whose tokens are hashes.
     *
     * @param exact the condition for those that have it
     * @return null if so many spans have the value that a scan from the newest span on is faster
     */
    static @Nullable Condition withValueToken(SqliteConnection connection, String token, Condition exact)
            throws SQLException {
        String match = '"' + token + '"';
        if (matchesMoreThan(MAX_LOOKED_UP, connection, match)) {
            return null;
        }
        List<Long> pending = pendingRows(connection, exact, MAX_LOOKED_UP + 1);
        return pending.size() > MAX_LOOKED_UP ? null : rows(match, pending);
    }

    /** Returns a condition on {@code s} for the spans of a tenant that have a span id, in whatever trace. */
    public static Condition withSpanId(SqliteConnection connection, long tenant, UUID spanId) throws SQLException {
        Condition exact = Condition.of("s.span_id = ?", spanId);
        String token = ValueTokens.of(tenant, ValueTokens.Field.SPAN_ID, spanId.toString());
        Condition rows = withValueToken(connection, token, exact);
        if (rows == null) {
            return Condition.of("s.tenant = ?", tenant).and(exact);
        }
        return rows.and(Condition.of("+s.tenant = ?", tenant)).and(exact); // plus: not by the index of tenants
    }

    /** Returns how many spans are not in the index yet. */
    public static long pending(SqliteConnection connection) throws SQLException {
        return connection.number("SELECT coalesce(sum(length(members)), 0) / " + BlockMembers.MEMBER_BYTES
                + " FROM blocks WHERE id > " + LAST_INDEXED_BLOCK);
    }

    private static Condition rows(String match, List<Long> pending) {
        return Condition.of(
                "s.id IN (" + MATCHING + " UNION ALL SELECT value FROM json_each(?))", match, TraceJson.write(pending));
    }

    private static boolean matchesMoreThan(int limit, SqliteConnection connection, String match) throws SQLException {
        return connection.number("SELECT count(*) FROM (" + MATCHING + " LIMIT " + (limit + 1) + ")", match) > limit;
    }

    private static List<Long> pendingMatches(SqliteConnection connection, Set<SearchTerm> terms, Condition others)
            throws SQLException {
        SpanReader reader = new SpanReader(connection);
        List<Long> matches = new ArrayList<>();
        for (long row : pendingRows(connection, others, Integer.MAX_VALUE)) {
            TraceSpan span = reader.searchable(row, ANY_TENANT);
            if (span != null) {
                Set<String> words = SearchText.wordsOf(span);
                if (terms.stream().allMatch(term -> term.matches(words))) {
                    matches.add(row);
                }
            }
        }
        return matches;
    }

    /** Returns the rows of pending spans that fulfil a condition. */
    private static List<Long> pendingRows(SqliteConnection connection, Condition condition, int limit)
            throws SQLException {
        List<Long> members = new ArrayList<>();
        connection.each(
                "SELECT members FROM blocks WHERE id > " + LAST_INDEXED_BLOCK,
                row -> BlockMembers.decodeMembers(row.bytes("members")).forEach(member -> members.add(member.span())));
        if (members.isEmpty()) {
            return List.of();
        }
        List<@Nullable Object> parameters = new ArrayList<>();
        parameters.add(TraceJson.write(members));
        parameters.addAll(condition.parameters());
        parameters.add(limit);
        // A cross join keeps the order of the tables: by an index for the condition, SQLite could read all spans
        // instead.
        return connection.numbers(
                "SELECT s.id FROM json_each(?) member CROSS JOIN spans s ON s.id = member.value WHERE s.block > "
                        + LAST_INDEXED_BLOCK + " AND " + condition.sql() + " LIMIT ?",
                parameters.toArray());
    }
}
