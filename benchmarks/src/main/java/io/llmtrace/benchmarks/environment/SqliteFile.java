package io.llmtrace.benchmarks.environment;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A SQLite file through plain JDBC, with the durability of llmtrace: WAL, with a sync on each commit. */
public final class SqliteFile implements AutoCloseable {

    private final Connection connection;

    private SqliteFile(Connection connection) {
        this.connection = connection;
    }

    public static SqliteFile open(Path folder) {
        return Sql.get(() -> {
            Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("baseline.db"));
            SqliteFile file = new SqliteFile(connection);
            file.execute("PRAGMA journal_mode = WAL");
            file.execute("PRAGMA synchronous = FULL");
            connection.setAutoCommit(false);
            return file;
        });
    }

    /** Returns the version of the SQLite library in the driver. */
    public static String version() {
        return Sql.get(() -> {
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                    Statement statement = connection.createStatement();
                    ResultSet version = statement.executeQuery("SELECT sqlite_version()")) {
                return version.next() ? version.getString(1) : "unknown";
            }
        });
    }

    public Connection connection() {
        return connection;
    }

    public void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    public PreparedStatement prepare(String sql) {
        return Sql.get(() -> connection.prepareStatement(sql));
    }

    /** Fetches every value of every row, as a caller that makes objects of them must, and returns the number of rows. */
    public static int fetchAll(PreparedStatement query) throws SQLException {
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
