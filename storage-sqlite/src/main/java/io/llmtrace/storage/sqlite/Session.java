package io.llmtrace.storage.sqlite;

import io.llmtrace.model.Ids;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
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

/** One connection, with its prepared statements kept for the next call. For one thread at a time. */
final class Session {

    private static final Logger log = LoggerFactory.getLogger(Session.class);

    private static final int MAX_STATEMENTS = 128;

    private final Connection connection;
    private final Map<String, Kept> statements = new HashMap<>();
    private long uses;

    private final BodyCompression.Decompressor decompressor = new BodyCompression.Decompressor();
    private final Interned interned = new Interned(this);

    Session(Connection connection) {
        this.connection = connection;
    }

    /** Work with a database; what it throws rolls back. */
    interface Work<T> {
        T run(Session session) throws SQLException;
    }

    /** Work without a result. */
    interface Action {
        void run(Session session) throws SQLException;
    }

    interface RowMapper<T> {
        @Nullable
        T map(ResultSet row) throws SQLException;
    }

    interface RowHandler {
        void accept(ResultSet row) throws SQLException;
    }

    /** @return how many rows changed */
    int update(String sql, @Nullable Object... parameters) throws SQLException {
        return bound(sql, parameters).executeUpdate();
    }

    /** The same statement for many rows; costs less than as many calls of {@link #update}. */
    void updateAll(String sql, List<@Nullable Object[]> rows) throws SQLException {
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

    /** @return the first row, or null if there is none */
    <T> @Nullable T first(String sql, RowMapper<T> mapper, @Nullable Object... parameters) throws SQLException {
        try (ResultSet rows = bound(sql, parameters).executeQuery()) {
            return rows.next() ? mapper.map(rows) : null;
        }
    }

    void each(String sql, RowHandler handler, @Nullable Object... parameters) throws SQLException {
        try (ResultSet rows = bound(sql, parameters).executeQuery()) {
            while (rows.next()) {
                handler.accept(rows);
            }
        }
    }

    interface RowTest {
        boolean test(ResultSet row) throws SQLException;
    }

    /** Hands on rows as long as more are wanted. */
    void eachUntil(String sql, RowTest wantsMore, @Nullable Object... parameters) throws SQLException {
        try (ResultSet rows = bound(sql, parameters).executeQuery()) {
            while (rows.next() && wantsMore.test(rows)) {
                // the test takes the row
            }
        }
    }

    /** The first column of the first row. */
    long number(String sql, @Nullable Object... parameters) throws SQLException {
        Long value = first(sql, row -> row.getLong(1), parameters);
        return value == null ? 0 : value;
    }

    /** A statement without parameters, to its end: some pragmas work step by step, and {@code execute} takes the first only. */
    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    PreparedStatement prepared(String sql) throws SQLException {
        Kept kept = statements.get(sql);
        if (kept == null) {
            if (statements.size() >= MAX_STATEMENTS) {
                forgetEldest();
            }
            kept = new Kept(connection.prepareStatement(sql));
            statements.put(sql, kept);
        }
        kept.lastUse = ++uses;
        return kept.statement;
    }

    private static final class Kept {
        private final PreparedStatement statement;
        private long lastUse;

        Kept(PreparedStatement statement) {
            this.statement = statement;
        }
    }

    <T> T transaction(String begin, Work<T> work) throws SQLException {
        prepared(begin).executeUpdate();
        boolean done = false;
        try {
            T result = work.run(this);
            prepared("COMMIT").executeUpdate();
            done = true;
            return result;
        } finally {
            if (!done) {
                rollback();
            }
        }
    }

    /** Ends whatever runs on this connection, from another thread. */
    void interrupt() throws SQLException {
        connection.unwrap(SQLiteConnection.class).getDatabase().interrupt();
    }

    Interned interned() {
        return interned;
    }

    BodyCompression.Decompressor decompressor() {
        return decompressor;
    }

    void close() throws SQLException {
        decompressor.close();
        closeStatements();
        connection.close();
    }

    private void closeStatements() {
        for (Kept kept : statements.values()) {
            try {
                kept.statement.close();
            } catch (SQLException e) {
                log.debug("a statement did not close; its connection goes on without it", e);
            }
        }
        statements.clear();
    }

    private void rollback() {
        interned.clear();
        closeStatements(); // the driver closes one that failed, and would refuse it the next time
        try {
            execute("ROLLBACK");
        } catch (SQLException e) {
            // SQLite has rolled back by itself already, as it does when the disk is full. The first error is the one
            // that counts.
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

    private void forgetEldest() throws SQLException {
        Map.Entry<String, Kept> eldest =
                Collections.min(statements.entrySet(), Comparator.comparingLong(entry -> entry.getValue().lastUse));
        statements.remove(eldest.getKey());
        eldest.getValue().statement.close();
    }
}
