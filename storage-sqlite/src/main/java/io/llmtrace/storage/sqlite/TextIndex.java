package io.llmtrace.storage.sqlite;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.spi.SearchText;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The words of all spans. Filling it costs more than storing the spans, so it is filled behind the writes; what it lacks
 * still, a search reads itself, so that the answer is exact at any time.
 *
 * <pre>
 *   blocks of spans  1 2 3 … 4711 | 4712 … 5000
 *                    in the index | read by each search until they are
 * </pre>
 */
final class TextIndex {

    private static final int BLOCKS_AT_ONCE = 64;
    private static final int SPANS_AT_ONCE = 256;
    /** Of one transaction, if a write waits for its end. */
    private static final int SPANS_IF_AWAITED = 64;

    private static final String INDEXED_TO = "(SELECT value FROM counters WHERE name = 'text_indexed_block')";

    /** Whose a span is plays no part in its words. */
    private static final UUID ANY_TENANT = new UUID(0, 0);

    /** The words of a span's row. */
    private record Words(long span, String words) {}

    /** What a block holds that may be indexed. */
    private record Block(long id, List<Words> spans) {}

    /** Read, and not yet in the index. */
    private final Deque<Block> ready = new ArrayDeque<>();

    /** Up to so many spans of one value are looked up one by one; of more, one looks at the newest first. */
    private static final int MOST_ROWS = 20_000;

    private static final String INDEXED = "SELECT rowid FROM text_index WHERE text_index MATCH ?";

    /** Spans whose name, prompt, response, … have all the words; {@code others} are the query's other filters. */
    Condition condition(Session session, Set<String> words, Condition others) throws SQLException {
        String match = words.stream().map(word -> '"' + word + '"').collect(Collectors.joining(" AND "));
        Condition rows = rows(match, pendingMatches(session, words, others));
        return isMany(session, match, SpanFilter.FEW) ? new Condition("+" + rows.sql(), rows.parameters()) : rows;
    }

    /**
     * The spans that may have a value, by their rows: words of values are hashes.
     *
     * @param exact whether {@code s} has it
     * @return null if there are so many that some will be among the first that one looks at
     */
    @Nullable
    Condition rowsWith(Session session, String valueWord, Condition exact) throws SQLException {
        String match = '"' + valueWord + '"';
        if (isMany(session, match, MOST_ROWS)) {
            return null;
        }
        List<Long> pending = pendingRows(session, exact, MOST_ROWS + 1);
        return pending.size() > MOST_ROWS ? null : rows(match, pending);
    }

    private static Condition rows(String match, List<Long> pending) {
        return Condition.of(
                "s.id IN (" + INDEXED + " UNION ALL SELECT value FROM json_each(?))", match, TraceJson.write(pending));
    }

    private static boolean isMany(Session session, String match, int limit) throws SQLException {
        return session.number("SELECT count(*) FROM (" + INDEXED + " LIMIT " + (limit + 1) + ")", match) > limit;
    }

    long pending(Session session) throws SQLException {
        return session.number(Blocks.SPANS_BEHIND + INDEXED_TO);
    }

    /**
     * Takes in the next spans. One thread at a time: two would take in the same.
     *
     * @return how many; 0 if there is nothing left to do
     */
    synchronized int fill(Database database) {
        if (ready.isEmpty()) {
            ready.addAll(database.read(this::nextBlocks));
        }
        if (ready.isEmpty()) {
            return 0;
        }
        try {
            return Math.max(1, database.write(session -> index(session, database)));
        } catch (RuntimeException e) {
            ready.clear(); // the transaction is undone: to be read again
            throw e;
        }
    }

    private int index(Session session, Database database) throws SQLException {
        int spans = 0;
        long last = 0;
        while (!ready.isEmpty() && (spans < SPANS_IF_AWAITED || !database.isWriteWaiting())) {
            Block block = ready.remove();
            for (Words words : block.spans) {
                // Unless it was replaced or deleted meanwhile.
                session.update(
                        "INSERT INTO text_index (rowid, words) SELECT id, ? FROM spans WHERE id = ? AND block = ?",
                        words.words,
                        words.span,
                        block.id);
            }
            spans += block.spans.size();
            last = block.id;
        }
        session.update("UPDATE counters SET value = ? WHERE name = 'text_indexed_block'", last);
        return spans;
    }

    /** Merges a part of what deletes left behind. @return whether there may be more */
    boolean mergeSome(Database database, boolean first) {
        return database.write(session -> {
            long before = session.number("SELECT total_changes()");
            session.update("INSERT INTO text_index (text_index, rank) VALUES ('merge', ?)", first ? -200 : 200);
            return session.number("SELECT total_changes()") - before >= 2;
        });
    }

    /** Whole blocks, so that it can be said how far the index is. */
    private List<Block> nextBlocks(Session session) throws SQLException {
        Map<Long, List<BlockMembers.Member>> membersOf = new LinkedHashMap<>();
        session.each(
                "SELECT id, members FROM blocks WHERE id > " + INDEXED_TO + " ORDER BY id LIMIT " + BLOCKS_AT_ONCE,
                row -> membersOf.put(row.getLong(1), BlockMembers.decodeMembers(row.getBytes(2))));
        SpanReader reader = new SpanReader(session);
        List<Block> blocks = new ArrayList<>();
        int spans = 0;
        for (Map.Entry<Long, List<BlockMembers.Member>> block : membersOf.entrySet()) {
            if (spans >= SPANS_AT_ONCE) {
                break;
            }
            List<Words> words = new ArrayList<>();
            for (BlockMembers.Member member : block.getValue()) {
                Long tenant = session.first(
                        "SELECT tenant FROM spans WHERE id = ? AND block = ?",
                        row -> row.getLong(1),
                        member.span(),
                        block.getKey());
                if (tenant != null) {
                    words.add(wordsOf(reader, tenant, member.span()));
                }
            }
            blocks.add(new Block(block.getKey(), words));
            spans += words.size();
        }
        return blocks;
    }

    private static Words wordsOf(SpanReader reader, long tenant, long span) throws SQLException {
        TraceSpan searched = Objects.requireNonNull(reader.searched(span, ANY_TENANT));
        String ofValues = String.join(" ", ValueWords.of(tenant, searched));
        return new Words(span, ofValues + " " + String.join(" ", SearchText.wordsOf(searched)));
    }

    private static List<Long> pendingMatches(Session session, Collection<String> wanted, Condition others)
            throws SQLException {
        SpanReader reader = new SpanReader(session);
        List<Long> matches = new ArrayList<>();
        for (long row : pendingRows(session, others, Integer.MAX_VALUE)) {
            TraceSpan span = reader.searched(row, ANY_TENANT);
            if (span != null && SearchText.wordsOf(span).containsAll(wanted)) {
                matches.add(row);
            }
        }
        return matches;
    }

    /** Of the spans that the index lacks still. */
    private static List<Long> pendingRows(Session session, Condition condition, int limit) throws SQLException {
        List<Long> members = new ArrayList<>();
        session.each(
                "SELECT members FROM blocks WHERE id > " + INDEXED_TO,
                row -> BlockMembers.decodeMembers(row.getBytes(1)).forEach(member -> members.add(member.span())));
        if (members.isEmpty()) {
            return List.of();
        }
        List<@Nullable Object> parameters = new ArrayList<>();
        parameters.add(TraceJson.write(members));
        parameters.addAll(condition.parameters());
        parameters.add(limit);
        List<Long> rows = new ArrayList<>();
        // A cross join keeps the order of the tables: an index of the condition could lead through all that is stored.
        session.each(
                "SELECT s.id FROM json_each(?) member CROSS JOIN spans s ON s.id = member.value WHERE s.block > "
                        + INDEXED_TO + " AND " + condition.sql() + " LIMIT ?",
                row -> rows.add(row.getLong(1)),
                parameters.toArray());
        return rows;
    }
}
