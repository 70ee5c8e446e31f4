package io.llmtrace.storage.sqlite.internal.upkeep;

import io.llmtrace.model.SearchText;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.sqlite.internal.engine.Database;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.engine.WriteKind;
import io.llmtrace.storage.sqlite.internal.format.AttributeTerms;
import io.llmtrace.storage.sqlite.internal.format.BlockMembers;
import io.llmtrace.storage.sqlite.internal.format.DamagedDataException;
import io.llmtrace.storage.sqlite.internal.query.TextIndex;
import io.llmtrace.storage.sqlite.internal.query.ValueTokens;
import io.llmtrace.storage.sqlite.internal.read.SpanReader;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the tokens of pending spans into the text index, in transactions that are short if a write waits. A span whose body is damaged is
 * not found by its words, but does not keep the others from being indexed.
 */
final class TextIndexFiller {

    private static final Logger LOG = LoggerFactory.getLogger(TextIndexFiller.class);

    private static final int BLOCKS_PER_READ = 64;
    private static final int SPANS_PER_READ = 256;

    /** Of the tokens that are kept until they are in the index; those of one block may be more. */
    private static final long CHARACTERS_PER_READ = 4 << 20;

    /** Of one transaction that a write waits for. */
    private static final int SPANS_PER_WRITE = 64;

    /** For the incremental merge of FTS5: pages to merge, negative to include segments of all levels. */
    private static final int FIRST_MERGE_PAGES = -200;

    private static final int NEXT_MERGE_PAGES = 200;

    /** A share of deleted rows, in percent, that no part of the index reaches. */
    private static final int NO_DELETE_MERGE = 101;

    private final Database database;

    /** Blocks whose tokens are known, and not in the index yet. */
    private final Deque<TokenBlock> ready = new ArrayDeque<>();

    private boolean damageLogged;

    TextIndexFiller(Database database) {
        this.database = database;
    }

    private record SpanTokens(long span, String tokens) {}

    /** @param damaged how many of its spans are indexed without their words, or not at all */
    private record TokenBlock(long id, List<SpanTokens> spans, int damaged) {
        long characters() {
            return spans.stream().mapToLong(of -> of.tokens.length()).sum();
        }
    }

    /**
     * Indexes the next spans. Synchronized, since two threads would index the same ones.
     *
     * @return how many; 0 if none is pending
     */
    synchronized int fill() {
        if (ready.isEmpty()) {
            ready.addAll(nextBlocks());
        }
        if (ready.isEmpty()) {
            return 0;
        }
        try {
            return Math.max(1, database.write(WriteKind.UPKEEP, this::index)); // a block may hold no spans any more
        } catch (RuntimeException e) {
            ready.clear(); // rolled back, so these blocks are read again
            throw e;
        }
    }

    /** Indexes all pending spans. */
    void fillAll() {
        while (fill() > 0) {
            // until none is pending
        }
    }

    /**
     * Keeps FTS5 from merging its index within a delete: that took 6 MB of the log for 200 small spans, which a full disk does not
     * have, instead of 0.1 MB. {@link #mergeSome} merges it in small steps instead. The setting is stored in the file.
     */
    void keepDeletesSmall() {
        boolean set = database.read(connection ->
                        connection.number("SELECT count(*) FROM text_index_config WHERE k = 'deletemerge'"))
                == 1;
        if (!set) {
            database.change(
                    WriteKind.DELETES,
                    connection -> connection.update(
                            "INSERT INTO text_index (text_index, rank) VALUES ('deletemerge', ?)", NO_DELETE_MERGE));
        }
    }

    /**
     * Merges a part of what deletes left in the index.
     *
     * @param first whether this is the first of several calls
     * @return whether there may be more to merge
     */
    boolean mergeSome(boolean first) {
        return database.write(WriteKind.CLEANUP, connection -> {
            long before = connection.number("SELECT total_changes()");
            connection.update(
                    "INSERT INTO text_index (text_index, rank) VALUES ('merge', ?)",
                    first ? FIRST_MERGE_PAGES : NEXT_MERGE_PAGES);
            return connection.number("SELECT total_changes()") - before >= 2; // as FTS5 defines the end of a merge
        });
    }

    private int index(SqliteConnection connection) throws SQLException {
        int spans = 0;
        int damaged = 0;
        long last = 0;
        while (!ready.isEmpty() && (spans < SPANS_PER_WRITE || !database.isWriteWaiting())) {
            TokenBlock block = ready.remove();
            for (SpanTokens span : block.spans) {
                // Inserts nothing for a span that was replaced or deleted since it was read.
                connection.update(
                        "INSERT INTO text_index (rowid, words) SELECT id, ? FROM spans WHERE id = ? AND block = ?",
                        span.tokens,
                        span.span,
                        block.id);
            }
            spans += block.spans.size();
            damaged += block.damaged;
            last = block.id;
        }
        connection.update("UPDATE counters SET value = ? WHERE name = 'text_indexed_block'", last);
        if (damaged > 0) {
            TextIndex.countDamaged(connection, damaged);
        }
        return spans;
    }

    private List<TokenBlock> nextBlocks() {
        try {
            return database.readInBackground(TextIndexFiller::readBlocks);
        } catch (CorruptStoreException e) {
            return nextBlocksDespite(e);
        }
    }

    /** Returns the next blocks; whole ones, since the counter of the index is the last indexed block. */
    private static List<TokenBlock> readBlocks(SqliteConnection connection) throws SQLException {
        Map<Long, List<BlockMembers.Member>> membersOf = new LinkedHashMap<>();
        connection.each(
                "SELECT id, members FROM blocks WHERE id > " + TextIndex.LAST_INDEXED_BLOCK + " ORDER BY id LIMIT "
                        + BLOCKS_PER_READ,
                row -> membersOf.put(row.number("id"), BlockMembers.decodeMembers(row.bytes("members"))));
        SpanReader reader = new SpanReader(connection);
        List<TokenBlock> blocks = new ArrayList<>();
        int spans = 0;
        long characters = 0;
        for (Map.Entry<Long, List<BlockMembers.Member>> block : membersOf.entrySet()) {
            if (spans >= SPANS_PER_READ || characters >= CHARACTERS_PER_READ) {
                break;
            }
            List<SpanTokens> tokens = new ArrayList<>();
            for (BlockMembers.Member member : block.getValue()) {
                Long tenant = connection.numberOrNull(
                        "SELECT tenant FROM spans WHERE id = ? AND block = ?", member.span(), block.getKey());
                if (tenant != null) {
                    tokens.add(tokensOf(reader, tenant, member.span()));
                }
            }
            TokenBlock next = new TokenBlock(block.getKey(), tokens, 0);
            blocks.add(next);
            spans += tokens.size();
            characters += next.characters();
        }
        return blocks;
    }

    /**
     * Same as {@link #nextBlocks()}, where one of the blocks is damaged: takes the blocks from the rows of the spans, since the pages of
     * the blocks may be what is damaged, and reads each span by itself. Each call looks through all spans for that.
     */
    private List<TokenBlock> nextBlocksDespite(CorruptStoreException damage) {
        List<TokenBlock> blocks = new ArrayList<>();
        long characters = 0;
        for (Map.Entry<Long, List<Long>> block :
                database.readInBackground(TextIndexFiller::nextSpans).entrySet()) {
            if (characters >= CHARACTERS_PER_READ) {
                break;
            }
            TokenBlock next = readableOf(block.getKey(), block.getValue());
            blocks.add(next);
            characters += next.characters();
        }
        if (blocks.isEmpty()) { // what is damaged holds no spans, so the spans do not tell what comes after it
            throw damage;
        }
        int damaged = blocks.stream().mapToInt(TokenBlock::damaged).sum();
        if (damaged > 0 && !damageLogged) {
            damageLogged = true;
            LOG.warn(
                    "{} spans cannot be read, and will not be found by their words; further ones are counted"
                            + " (text_index_damaged) without a message: {}",
                    damaged,
                    damage.getMessage());
        }
        return blocks;
    }

    /** Returns the rows of the next spans by their blocks, in the order of these. */
    private static Map<Long, List<Long>> nextSpans(SqliteConnection connection) throws SQLException {
        Map<Long, List<Long>> spansOf = new TreeMap<>();
        connection.each(
                "SELECT id, block FROM spans WHERE block IN (SELECT DISTINCT block FROM spans WHERE block > "
                        + TextIndex.LAST_INDEXED_BLOCK + " ORDER BY block LIMIT " + BLOCKS_PER_READ + ") ORDER BY id",
                row -> spansOf.computeIfAbsent(row.number("block"), any -> new ArrayList<>())
                        .add(row.number("id")));
        return spansOf;
    }

    private TokenBlock readableOf(long block, List<Long> rows) {
        List<SpanTokens> tokens = new ArrayList<>();
        int damaged = 0;
        for (long row : rows) {
            try {
                add(tokens, row, TextIndexFiller::tokensOf);
            } catch (CorruptStoreException e) {
                damaged++;
                addValuesOnly(tokens, row);
            }
        }
        return new TokenBlock(block, tokens, damaged);
    }

    /** Adds what filters need to find a span whose body is damaged, which lists still show. */
    private void addValuesOnly(List<SpanTokens> tokens, long row) {
        try {
            add(tokens, row, TextIndexFiller::valueTokensOf);
        } catch (CorruptStoreException e) {
            LOG.debug("not even the row of a span can be read", e); // so no list can show it
        }
    }

    private interface Tokens {
        SpanTokens of(SpanReader reader, long tenant, long row) throws SQLException;
    }

    /** Reads a span in a transaction of its own, since damage ends the transaction that meets it. */
    private void add(List<SpanTokens> all, long row, Tokens tokens) {
        all.addAll(database.readInBackground(connection -> {
            Long tenant = connection.numberOrNull("SELECT tenant FROM spans WHERE id = ?", row);
            return tenant == null
                    ? List.<SpanTokens>of() // deleted meanwhile
                    : List.of(tokens.of(new SpanReader(connection), tenant, row));
        }));
    }

    private static SpanTokens tokensOf(SpanReader reader, long tenant, long row) throws SQLException {
        TraceSpan span = required(reader.indexed(row, TextIndex.ANY_TENANT), row);
        List<String> tokens = ValueTokens.of(tenant, span);
        tokens.addAll(AttributeTerms.of(tenant, span));
        tokens.addAll(SearchText.wordsOf(span));
        return new SpanTokens(row, String.join(" ", tokens));
    }

    private static SpanTokens valueTokensOf(SpanReader reader, long tenant, long row) throws SQLException {
        TraceSpan span = required(reader.withoutBody(row, TextIndex.ANY_TENANT), row);
        return new SpanTokens(row, String.join(" ", ValueTokens.of(tenant, span)));
    }

    private static TraceSpan required(@Nullable TraceSpan span, long row) {
        if (span == null) {
            throw new DamagedDataException("the trace of span " + row + " is missing");
        }
        return span;
    }
}
