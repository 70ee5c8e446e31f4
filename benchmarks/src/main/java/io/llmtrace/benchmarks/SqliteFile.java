package io.llmtrace.benchmarks;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A SQLite file through plain JDBC, as durable as llmtrace's own: WAL, every commit synced. */
final class SqliteFile implements AutoCloseable {

    private final Connection connection;

    private SqliteFile(Connection connection) {
        this.connection = connection;
    }

    static SqliteFile open(Path folder) {
        return Sql.get(() -> {
            Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("baseline.db"));
            SqliteFile file = new SqliteFile(connection);
            file.execute("PRAGMA journal_mode = WAL");
            file.execute("PRAGMA synchronous = FULL");
            connection.setAutoCommit(false);
            return file;
        });
    }

    /** Of the library that the driver brings. */
    static String version() {
        return Sql.get(() -> {
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                    Statement statement = connection.createStatement();
                    ResultSet version = statement.executeQuery("SELECT sqlite_version()")) {
                return version.next() ? version.getString(1) : "unknown";
            }
        });
    }

    Connection connection() {
        return connection;
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    PreparedStatement prepare(String sql) {
        return Sql.get(() -> connection.prepareStatement(sql));
    }

    /** Fetches every value of every row, as whoever makes objects of them must. @return how many rows */
    static int fetchAll(PreparedStatement query) throws SQLException {
        int rows = 0;
        try (ResultSet result = query.executeQuery()) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                rows++;
                for (int i = 1; i <= columns; i++) {
                    result.getObject(i);
                }
            }
        }
        return rows;
    }

    @Override
    public void close() {
        Sql.run(() -> {
            connection.commit();
            connection.setAutoCommit(true);
            execute("PRAGMA wal_checkpoint(TRUNCATE)");
            connection.close();
        });
    }
}
