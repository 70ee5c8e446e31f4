package io.llmtrace.storage.clickhouse.internal.upkeep;

import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.Layout;
import io.llmtrace.storage.clickhouse.internal.engine.RowInput;
import io.llmtrace.storage.clickhouse.internal.engine.RowOutput;
import io.llmtrace.storage.clickhouse.internal.engine.Sql;
import io.llmtrace.storage.clickhouse.internal.read.IndexedTokens;
import io.llmtrace.storage.clickhouse.internal.read.SpanColumns;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows of one server whose words and attributes were determined by the rules of an earlier version. They get new ones in place:
 *
 * <pre>
 *   outdated rows ──read──▶ words of each row ──insert──▶ reindexed_words_… ──mutation──▶ columns of words of the same rows
 *                           (IndexedTokens)               row, words
 * </pre>
 *
 * The mutation changes the columns of words, which include their version, and rebuilds the index over them. It finds a row by its
 * whole key and its version, and changes it only if its words are still older. So a row that is deleted stays deleted, a row that
 * replaces it is another one, and it does not matter which parts are merged meanwhile, whether the mutation is ended in the middle,
 * or whether two processes do the same.
 *
 * <p>The server goes on with a mutation when the process has ended, and when it is restarted itself. The table of words stays for
 * as long, and the next process drops it.
 */
final class OutdatedWords {

    private static final Logger LOG = LoggerFactory.getLogger(OutdatedWords.class);

    private static final String TABLE = "reindexed_words_";

    /** Identifies a row with its version; its hour follows from its start. */
    private static final String ROW = IndexedTokens.ROW;

    private static final List<String> INSERTED =
            Stream.concat(Stream.of("row"), IndexedTokens.COLUMNS.stream()).toList();

    /**
     * The share of {@code max_query_memory_mb} that a table of words may take. Each round rewrites the index of all parts that
     * have rows of it, so few large ones are faster than many small ones.
     */
    private static final int SHARE_OF_MEMORY = 8;

    /** What a row in the table of words takes beside its words; 160 were measured with short words. */
    private static final int BYTES_OF_ROW = 200;

    private static final int INSERT_BYTES = 8 << 20;

    private static final Duration POLL_INTERVAL = Duration.ofMillis(250);

    private final Database node;
    private final String spans;
    private final long maxBytes;

    /** Lets the work be ended between its steps. */
    interface Steps {
        /** Returns whether to begin another step. It is asked often: before every row. */
        boolean mayContinue();

        /** Waits, and returns whether to begin another step then. */
        boolean mayContinueAfter(Duration pause);
    }

    /** @param node a single server: rows are read, and changed, where they are */
    OutdatedWords(Database node, Layout layout) {
        this(node, layout.local("spans"), ((long) node.settings().maxQueryMemoryMb() << 20) / SHARE_OF_MEMORY);
    }

    /** @param maxBytes size of a table of words that gets no more rows */
    OutdatedWords(Database node, String spans, long maxBytes) {
        this.node = node;
        this.spans = spans;
        this.maxBytes = maxBytes;
    }

    /** Returns whether there is work: outdated rows, or a table of words that a process has left behind. */
    boolean exist() {
        return count() > 0 || !tables().isEmpty();
    }

    private long count() {
        return node.number(Sql.of(
                "count rows to index again", "SELECT count() FROM " + spans + " WHERE " + IndexedTokens.OUTDATED));
    }

    /**
     * Updates rows until there are none, or until it may not continue.
     *
     * @throws UnavailableException if the server fails to update rows; those that it has updated stay so
     */
    void update(Steps steps) {
        for (String leftBehind : tables()) {
            awaitMutation(leftBehind, steps);
        }
        long before = Long.MAX_VALUE;
        long left = count();
        while (left > 0 && left < before && steps.mayContinue()) {
            updateSome(steps);
            before = left;
            left = count();
        }
    }

    /** Returns the tables of words that exist or that an unfinished mutation names; usually there are none. */
    private List<String> tables() {
        return node.read(Sql.of("tables of words", """
                                SELECT name FROM system.tables
                                WHERE database = currentDatabase() AND startsWith(name, {table:String})
                                UNION DISTINCT
                                SELECT extract(command, {table:String} || '[0-9a-f]{32}') AS name FROM system.mutations
                                WHERE database = currentDatabase() AND NOT is_done AND name != ''""").with("table", TABLE), RowInput::readText);
    }

    /** Updates as many rows as the memory for a table of words allows. */
    private void updateSome(Steps steps) {
        String table = TABLE + UUID.randomUUID().toString().replace("-", "");
        node.execute(Sql.of(
                "create table of words",
                "CREATE TABLE IF NOT EXISTS " + table
                        + " (row UUID, more_words String, false_words String, attribute_tokens Array(String),"
                        + " words_version UInt8)"
                        + " ENGINE = Join(ANY, LEFT, row)"));
        boolean filled = false;
        try {
            filled = fill(table, steps);
        } finally {
            // Once the mutation may have begun, the table must stay until it has ended.
            if (!filled) {
                drop(table);
            }
        }
        if (filled) {
            node.execute(Sql.of("index rows again", mutation(table)));
            awaitMutation(table, steps);
        }
    }

    private String mutation(String table) {
        String wordsOf = "joinGet('" + node.settings().database() + "." + table + "', '%s', " + ROW + ")";
        return IndexedTokens.COLUMNS.stream()
                .map(column -> column + " = " + wordsOf.formatted(column))
                .collect(Collectors.joining(
                        ", ",
                        "ALTER TABLE " + spans + " UPDATE ",
                        " WHERE words_version < " + wordsOf.formatted("words_version")
                                + " SETTINGS mutations_sync = 0"));
    }

    /** Writes the words of outdated rows; returns false if it may not continue. */
    private boolean fill(String table, Steps steps) {
        Filling filling = new Filling(table, steps);
        // With a single thread, one part is read after the other, so that most parts are complete after one round.
        node.streamWhile(
                Sql.of(
                        "rows to index again",
                        "SELECT " + ROW + ", " + SpanColumns.SELECT_SEARCHED + " FROM " + spans + " WHERE "
                                + IndexedTokens.OUTDATED + " SETTINGS max_threads = 1"),
                filling::take);
        return filling.isComplete();
    }

    private final class Filling {
        private final String table;
        private final Steps steps;
        private RowOutput rows = new RowOutput();
        private long bytes;
        private boolean stopped;
        private boolean reported;

        Filling(String table, Steps steps) {
            this.table = table;
            this.steps = steps;
        }

        boolean take(RowInput row) throws IOException {
            long before = rows.size();
            rows.writeUuid(row.readUuid());
            IndexedTokens.ofRow(row, this::report).write(rows);
            bytes += rows.size() - before + BYTES_OF_ROW;
            if (rows.size() > INSERT_BYTES) {
                insert();
            }
            stopped = !steps.mayContinue();
            return !stopped && bytes < maxBytes;
        }

        /** A row that stayed outdated would be read again in each round, and no other would ever be updated. */
        private void report(RuntimeException unreadable) {
            if (!reported) {
                LOG.warn(
                        "{}: spans with a value that cannot be read are found by the words of their other values only: {}",
                        node.settings().displayUrl(),
                        unreadable.getMessage());
            }
            reported = true;
        }

        boolean isComplete() {
            if (!stopped) {
                insert();
            }
            return !stopped;
        }

        private void insert() {
            node.insert(table, INSERTED, rows::writeTo);
            rows = new RowOutput();
        }
    }

    /** Waits until the mutation that reads a table of words has ended, and drops the table. */
    private void awaitMutation(String table, Steps steps) {
        String unfinished = "database = currentDatabase() AND NOT is_done AND position(command, '" + table + "') > 0";
        do {
            String failure = node.first(
                    Sql.of(
                            "progress of indexing again",
                            "SELECT latest_fail_reason FROM system.mutations WHERE " + unfinished),
                    RowInput::readText);
            if (failure == null) {
                drop(table);
                return;
            }
            if (!failure.isEmpty()) {
                // The server would try again forever, and all later changes of these rows, such as deletes, would wait.
                node.execute(Sql.of("end failed mutation", "KILL MUTATION WHERE " + unfinished + " SYNC"));
                drop(table);
                throw new UnavailableException(
                        node.settings().displayUrl() + " failed to index rows again: " + failure);
            }
        } while (steps.mayContinueAfter(POLL_INTERVAL));
    }

    private void drop(String table) {
        node.execute(Sql.of("drop table of words", "DROP TABLE IF EXISTS " + table + " SYNC"));
    }
}
