package io.llmtrace.storage.sqlite.internal.engine;

import io.llmtrace.model.Ids;
import io.llmtrace.storage.spi.ReadMemory;
import io.llmtrace.storage.sqlite.internal.format.BodyCompression;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/** One connection to the file, which keeps its prepared statements for the next call. Serves one thread at a time. */
public final class SqliteConnection {

    private static final Logger LOG = LoggerFactory.getLogger(SqliteConnection.class);

    /** The function in SQL that tells whether its first argument matches its second, a pattern with wildcards. */
    public static final String MATCHES_WILDCARDS = WildcardFunction.NAME;

    /** The function in SQL for terms of attributes: term, beginning and pattern are its arguments. */
    public static final String TERM_MATCHES = TermFunction.NAME;

    private static final int MAX_STATEMENTS = 128;

    private final Connection connection;
    private final Map<String, CachedStatement> statements = new HashMap<>();
    private long uses;

    private final BodyCompression.Decompressor decompressor = new BodyCompression.Decompressor();
    private final DictionaryReader dictionary = new DictionaryReader(this);
    private ReadMemory memory = ReadMemory.unlimited();

    SqliteConnection(Connection connection) throws SQLException {
        this.connection = connection;
        WildcardFunction.addTo(connection);
        TermFunction.addTo(connection);
    }

    /** Work on a connection. If it throws, the transaction that it runs in is rolled back. */
    public interface Work<T> {
        T run(SqliteConnection connection) throws SQLException;
    }

    /** {@link Work} without a result. */
    public interface Action {
        void run(SqliteConnection connection) throws SQLException;
    }

    /** Turns a row into an object. */
    public interface RowMapper<T> {
        @Nullable
        T map(ResultRow row) throws SQLException;
    }

    /** Receives the rows of a result one by one. */
    public interface RowHandler {
        void accept(ResultRow row) throws SQLException;
    }

    /** Receives the rows of a result one by one, and returns whether it wants another one. */
    public interface RowConsumer {
        boolean accept(ResultRow row) throws SQLException;
    }

    /** Runs a statement that changes rows, and returns how many it changed. */
    public int update(String sql, @Nullable Object... parameters) throws SQLException {
        return bound(sql, parameters).executeUpdate();
    }

    /** Runs the same statement for many rows, which costs less than as many calls of {@link #update}. */
    public void updateAll(String sql, List<@Nullable Object[]> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        PreparedStatement statement = prepared(sql);
        for (@Nullable Object[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                bind(statement, i + 1, row[i]);
            }
            statement.addBatch();
        }
        statement.executeBatch();
    }

    /** Returns the first row, or null if there is none. */
    public <T> @Nullable T first(String sql, RowMapper<T> mapper, @Nullable Object... parameters) throws SQLException {
        try (ResultSet rows = bound(sql, parameters).executeQuery()) {
            return rows.next() ? mapper.map(new ResultRow(rows)) : null;
        }
    }

    /** Passes each row to the handler. */
    public void each(String sql, RowHandler handler, @Nullable Object... parameters) throws SQLException {
        try (ResultSet rows = bound(sql, parameters).executeQuery()) {
            ResultRow row = new ResultRow(rows);
            while (rows.next()) {
                handler.accept(row);
            }
        }
    }

    /** Passes rows to the consumer until it wants no more. */
    public void eachUntil(String sql, RowConsumer consumer, @Nullable Object... parameters) throws SQLException {
        try (ResultSet rows = bound(sql, parameters).executeQuery()) {
            ResultRow row = new ResultRow(rows);
            while (rows.next() && consumer.accept(row)) {
                // the consumer does the work
            }
        }
    }

    /** Returns the first column of the first row as an integer; 0 if it is null, or if there is no row. */
    public long number(String sql, @Nullable Object... parameters) throws SQLException {
        Long value = numberOrNull(sql, parameters);
        return value == null ? 0 : value;
    }

    /** Returns the first column of the first row as an integer; null if it is null, or if there is no row. */
    public @Nullable Long numberOrNull(String sql, @Nullable Object... parameters) throws SQLException {
        return first(sql, row -> row.numberOrNull(1), parameters);
    }

    /** Returns the first column of all rows as integers. */
    public List<Long> numbers(String sql, @Nullable Object... parameters) throws SQLException {
        List<Long> numbers = new ArrayList<>();
        each(sql, row -> numbers.add(row.number(1)), parameters);
        return numbers;
    }

    /**
     * Runs a statement without parameters to completion. The driver's {@code execute} would run only the first step of pragmas
     * that work step by step, such as {@code incremental_vacuum}.
     */
    public void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    /** Same as {@link #number}, for a statement that may fail: the driver would refuse to run a prepared one again. */
    long numberOnce(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    /**
     * Runs work in a transaction: commits it, or rolls it back if the work throws.
     *
     * @param begin the statement that starts the transaction, such as {@code BEGIN IMMEDIATE}
     */
    public <T> T transaction(String begin, Work<T> work) throws SQLException {
        prepared(begin).executeUpdate();
        boolean committed = false;
        try {
            T result = work.run(this);
            prepared("COMMIT").executeUpdate();
            committed = true;
            return result;
        } finally {
            if (!committed) {
                rollback();
            }
        }
    }

    /** Returns the dictionary of names and tag sets, as this connection sees it. */
    public DictionaryReader dictionary() {
        return dictionary;
    }

    /** Returns the memory of the read that this connection serves; writes have no limit. */
    public ReadMemory memory() {
        return memory;
    }

    /** Counts what is read from now on in this memory. */
    void countIn(ReadMemory ofRead) {
        memory = ofRead;
    }

    /** Returns the decompressor for blocks that are read through this connection. */
    public BodyCompression.Decompressor decompressor() {
        return decompressor;
    }

    /** Ends the statement that runs on this connection, from another thread. */
    void interrupt() throws SQLException {
        connection.unwrap(SQLiteConnection.class).getDatabase().interrupt();
    }

    void close() throws SQLException {
        decompressor.close();
        closeStatements();
        connection.close();
    }

    private static final class CachedStatement {
        private final PreparedStatement statement;
        private long lastUse;

        CachedStatement(PreparedStatement statement) {
            this.statement = statement;
        }
    }

    private PreparedStatement prepared(String sql) throws SQLException {
        CachedStatement cached = statements.get(sql);
        if (cached == null) {
            if (statements.size() >= MAX_STATEMENTS) {
                closeLeastRecentlyUsed();
            }
            cached = new CachedStatement(connection.prepareStatement(sql));
            statements.put(sql, cached);
        }
        cached.lastUse = ++uses;
        return cached.statement;
    }

    private void closeStatements() {
        for (CachedStatement cached : statements.values()) {
            try {
                cached.statement.close();
            } catch (SQLException e) {
                LOG.debug("a prepared statement could not be closed; the connection stays usable", e);
            }
        }
        statements.clear();
    }

    private void rollback() {
        dictionary.clear();
        closeStatements(); // the driver closes a statement that failed, and would refuse to run it again
        try {
            execute("ROLLBACK");
        } catch (SQLException e) {
            // SQLite rolls back by itself after some errors, such as a full disk. The first error is the one to report.
        }
    }

    private PreparedStatement bound(String sql, @Nullable Object... parameters) throws SQLException {
        PreparedStatement statement = prepared(sql);
        for (int i = 0; i < parameters.length; i++) {
            bind(statement, i + 1, parameters[i]);
        }
        return statement;
    }

    private static void bind(PreparedStatement statement, int index, @Nullable Object value) throws SQLException {
        if (value == null) {
            statement.setNull(index, Types.NULL);
        } else if (value instanceof Long number) {
            statement.setLong(index, number);
        } else if (value instanceof String text) {
            statement.setString(index, text);
        } else if (value instanceof byte[] bytes) {
            statement.setBytes(index, bytes);
        } else if (value instanceof UUID id) {
            statement.setBytes(index, Ids.toBytes(id));
        } else if (value instanceof Integer number) {
            statement.setInt(index, number);
        } else if (value instanceof Double number) {
            statement.setDouble(index, number);
        } else {
            throw new IllegalArgumentException("no SQL type for " + value.getClass());
        }
    }

    private void closeLeastRecentlyUsed() throws SQLException {
        Map.Entry<String, CachedStatement> eldest =
                Collections.min(statements.entrySet(), Comparator.comparingLong(entry -> entry.getValue().lastUse));
        statements.remove(eldest.getKey());
        eldest.getValue().statement.close();
    }
}
