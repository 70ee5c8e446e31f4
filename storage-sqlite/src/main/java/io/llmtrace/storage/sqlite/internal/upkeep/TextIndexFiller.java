package io.llmtrace.storage.sqlite.internal.upkeep;

import io.llmtrace.model.SearchText;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.sqlite.internal.engine.Database;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.engine.WriteKind;
import io.llmtrace.storage.sqlite.internal.format.BlockMembers;
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
import java.util.Objects;

/** Puts the tokens of pending spans into the text index, in transactions that are short if a write waits. */
final class TextIndexFiller {

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

    TextIndexFiller(Database database) {
        this.database = database;
    }

    private record SpanTokens(long span, String tokens) {}

    private record TokenBlock(long id, List<SpanTokens> spans) {}

    /**
     * Indexes the next spans. Synchronized, since two threads would index the same ones.
     *
     * @return how many; 0 if none is pending
     */
    synchronized int fill() {
        if (ready.isEmpty()) {
            ready.addAll(database.readInBackground(TextIndexFiller::nextBlocks));
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
            last = block.id;
        }
        connection.update("UPDATE counters SET value = ? WHERE name = 'text_indexed_block'", last);
        return spans;
    }

    /** Returns the next blocks; whole ones, since the counter of the index is the last indexed block. */
    private static List<TokenBlock> nextBlocks(SqliteConnection connection) throws SQLException {
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
            blocks.add(new TokenBlock(block.getKey(), tokens));
            spans += tokens.size();
            characters += tokens.stream().mapToLong(of -> of.tokens.length()).sum();
        }
        return blocks;
    }

    private static SpanTokens tokensOf(SpanReader reader, long tenant, long row) throws SQLException {
        TraceSpan span = Objects.requireNonNull(reader.searchable(row, TextIndex.ANY_TENANT));
        return new SpanTokens(
                row, String.join(" ", ValueTokens.of(tenant, span)) + " " + String.join(" ", SearchText.wordsOf(span)));
    }
}
