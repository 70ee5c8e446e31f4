package io.llmtrace.storage.sqlite.internal.query;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.SearchTerm;
import io.llmtrace.model.SearchText;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.filter.AttributeCriterion;
import io.llmtrace.storage.filter.Wildcards;
import io.llmtrace.storage.spi.AttributeTokens;
import io.llmtrace.storage.spi.QueryTexts;
import io.llmtrace.storage.sqlite.internal.engine.Condition;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.format.AttributeTerms;
import io.llmtrace.storage.sqlite.internal.format.BlockMembers;
import io.llmtrace.storage.sqlite.internal.read.SpanReader;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Searches in the tokens of all spans: their words, their attributes, and some of their values. The index is filled after the writes,
 * since filling it costs more than storing the spans; a search reads the pending spans itself, so that its result is exact at any
 * time.
 *
 * <pre>
 *   blocks of spans   1 2 3 … 4711 | 4712 … 5000
 *                     in the index | pending: read by each search
 * </pre>
 *
 * <p>A search that reaches a pending span whose body is damaged is refused, until the filler has passed that span: it is not found by
 * its words then, and counts as {@link #damaged}.
 */
public final class TextIndex {

    /** The last block whose spans are in the index, as SQL. */
    public static final String LAST_INDEXED_BLOCK = "(SELECT value FROM counters WHERE name = 'text_indexed_block')";

    /** A placeholder for the tenant of spans that are read for their content only. */
    public static final UUID ANY_TENANT = new UUID(0, 0);

    /** Up to this many spans with a value are looked up by row id; for more, a scan from the newest span on is faster. */
    private static final int MAX_LOOKED_UP = 20_000;

    /** How many pending spans are looked at together; a few more, since blocks are read whole. */
    private static final int SPANS_PER_PART = 2_000;

    /** The memory of the row id of a span: in a list, as JSON, and in SQLite, which parses and sorts it. */
    private static final int ROW_BYTES = 100;

    private static final String MATCHING = "SELECT rowid FROM text_index WHERE text_index MATCH ?";

    private static final String IN_RANGE = "SELECT doc FROM text_index_terms WHERE term %s ? AND term %s ?";

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
        List<Long> pending = pendingMatches(connection, others, span -> {
            Set<String> words = SearchText.wordsOf(span);
            return terms.stream().allMatch(term -> term.matches(words));
        });
        Condition rows = rows(match, pending);
        // The plus keeps SQLite from looking up many spans by row id: it then scans from the newest span on.
        return matchesMoreThan(SpanFilter.FEW, connection, match) ? rows.within("+", "") : rows;
    }

    /**
     * A condition on {@code s}, a row of {@code spans}.
     *
     * @param selectsFew whether it leads SQLite to a few spans by their row ids
     */
    record Rows(Condition condition, boolean selectsFew) {}

    /**
     * Returns a condition for the spans that pass one of some conditions on attributes.
     *
     * @param tenant the row id of the tenant whose spans are asked for
     * @param others the query's other filters, which limit the pending spans that are read
     */
    static Rows withAttributes(
            SqliteConnection connection, long tenant, List<AttributeCriterion> anyOf, Condition others)
            throws SQLException {
        List<Condition> selects = new ArrayList<>();
        for (AttributeCriterion criterion : anyOf) {
            if (QueryTexts.isUnicode(criterion)) {
                selects.add(indexedRows(tenant, criterion));
            }
        }
        if (selects.isEmpty()) {
            return new Rows(Condition.NEVER, true);
        }
        List<Long> pending = pendingMatches(
                connection, others, span -> anyOf.stream().anyMatch(criterion -> criterion.passes(span)));
        Condition indexed = union(selects);
        Condition all =
                union(List.of(indexed, Condition.of("SELECT value FROM json_each(?)", TraceJson.write(pending))));
        boolean few = connection.number(
                        "SELECT count(*) FROM (" + indexed.sql() + " LIMIT " + (SpanFilter.FEW + 1) + ")",
                        indexed.arguments())
                <= SpanFilter.FEW;
        return new Rows(all.within((few ? "" : "+") + "s.id IN (", ")"), few);
    }

    /** Returns a select of the rows of indexed spans that pass a condition. */
    private static Condition indexedRows(long tenant, AttributeCriterion criterion) {
        AttributeTokens.Asked asked = AttributeTokens.of(criterion);
        if (!asked.tokens().isEmpty()) {
            return Condition.of(
                    MATCHING,
                    asked.tokens().stream()
                            .map(token -> '"' + AttributeTerms.of(tenant, token) + '"')
                            .collect(Collectors.joining(" OR ")));
        }
        String range = IN_RANGE.formatted(asked.fromOperator(), asked.toOperator());
        Wildcards pattern = asked.pattern();
        if (pattern == null) {
            return Condition.of(range, AttributeTerms.of(tenant, asked.from()), AttributeTerms.of(tenant, asked.to()));
        }
        String from =
                AttributeTerms.of(tenant, asked.from() + pattern.literals().get(0));
        return Condition.of(
                range + " AND " + SqliteConnection.TERM_MATCHES + "(term, ?, ?)",
                from,
                AttributeTerms.afterAllWith(from),
                AttributeTerms.of(tenant, asked.beforeText()),
                criterion.value());
    }

    private static Condition union(List<Condition> selects) {
        List<@Nullable Object> parameters = new ArrayList<>();
        selects.forEach(select -> parameters.addAll(select.parameters()));
        return new Condition(
                selects.stream().map(Condition::sql).collect(Collectors.joining(" UNION ALL ")), parameters);
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

    /** Returns how many spans were damaged when it was their turn, so that the index lacks their words. */
    public static long damaged(SqliteConnection connection) throws SQLException {
        return connection.number("SELECT value FROM counters WHERE name = 'text_index_damaged'");
    }

    /** Adds spans to {@link #damaged}. */
    public static void countDamaged(SqliteConnection connection, int spans) throws SQLException {
        connection.update(
                "INSERT INTO counters (name, value) VALUES ('text_index_damaged', ?)"
                        + " ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
                spans);
    }

    private static Condition rows(String match, List<Long> pending) {
        return Condition.of(
                "s.id IN (" + MATCHING + " UNION ALL SELECT value FROM json_each(?))", match, TraceJson.write(pending));
    }

    private static boolean matchesMoreThan(int limit, SqliteConnection connection, String match) throws SQLException {
        return connection.number("SELECT count(*) FROM (" + MATCHING + " LIMIT " + (limit + 1) + ")", match) > limit;
    }

    /** Returns the rows of pending spans that fulfil a condition and pass a test of what the index would hold of them. */
    private static List<Long> pendingMatches(
            SqliteConnection connection, Condition condition, Predicate<TraceSpan> passes) throws SQLException {
        SpanReader reader = new SpanReader(connection);
        List<Long> matches = new ArrayList<>();
        eachPendingPart(connection, condition, Integer.MAX_VALUE, rows -> {
            for (long row : rows) {
                TraceSpan span = reader.indexed(row, ANY_TENANT);
                if (span != null && passes.test(span)) {
                    add(connection, matches, row);
                }
            }
            return true;
        });
        return matches;
    }

    /** Returns the rows of pending spans that fulfil a condition, up to a limit. */
    private static List<Long> pendingRows(SqliteConnection connection, Condition condition, int limit)
            throws SQLException {
        List<Long> found = new ArrayList<>();
        eachPendingPart(connection, condition, limit, rows -> {
            for (long row : rows) {
                add(connection, found, row);
            }
            return found.size() < limit;
        });
        return found;
    }

    private static void add(SqliteConnection connection, List<Long> rows, long row) {
        connection.memory().reserveTemporary(ROW_BYTES); // until the read ends, since its condition holds the rows
        rows.add(row);
    }

    /** Receives rows of pending spans, and returns whether it wants more of them. */
    private interface RowsConsumer {
        boolean accept(List<Long> rows) throws SQLException;
    }

    /**
     * Passes the rows of pending spans that fulfil a condition, in the order of their blocks. After a migration, all spans of the
     * store are pending, so their rows are read in parts.
     *
     * @param limit of the rows of one part
     */
    private static void eachPendingPart(
            SqliteConnection connection, Condition condition, int limit, RowsConsumer consumer) throws SQLException {
        // A cross join keeps the order of the tables: by an index for the condition, SQLite could read all spans
        // instead.
        String select =
                "SELECT s.id FROM json_each(?) member CROSS JOIN spans s ON s.id = member.value WHERE s.block > "
                        + LAST_INDEXED_BLOCK + " AND " + condition.sql() + " LIMIT ?";
        Members part = new Members(connection.number("SELECT " + LAST_INDEXED_BLOCK));
        boolean more = true;
        while (more && part.readNext(connection)) {
            long bytes = (long) part.spans.size() * ROW_BYTES;
            connection.memory().reserveTemporary(bytes);
            List<@Nullable Object> parameters = new ArrayList<>();
            parameters.add(TraceJson.write(part.spans));
            parameters.addAll(condition.parameters());
            parameters.add(limit);
            more = consumer.accept(connection.numbers(select, parameters.toArray()));
            connection.memory().releaseTemporary(bytes);
        }
    }

    /** The spans of the blocks that were read last, by their rows. */
    private static final class Members {
        private final List<Long> spans = new ArrayList<>();
        private long lastBlock;

        Members(long lastBlock) {
            this.lastBlock = lastBlock;
        }

        /** Reads the members of the next blocks. Returns false if there are none. */
        boolean readNext(SqliteConnection connection) throws SQLException {
            spans.clear();
            connection.eachUntil(
                    "SELECT id, members FROM blocks WHERE id > ? ORDER BY id",
                    row -> {
                        lastBlock = row.number("id");
                        BlockMembers.decodeMembers(row.bytes("members")).forEach(member -> spans.add(member.span()));
                        return spans.size() < SPANS_PER_PART;
                    },
                    lastBlock);
            return !spans.isEmpty();
        }
    }
}
