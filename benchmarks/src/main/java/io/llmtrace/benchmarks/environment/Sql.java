package io.llmtrace.benchmarks.environment;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;

/** Reads statements from files, and runs JDBC without its checked exception: a failed statement ends a measurement. */
public final class Sql {

    private Sql() {}

    public interface Action {
        void run() throws SQLException;
    }

    public interface Query<T> {
        T get() throws SQLException;
    }

    public static void run(Action action) {
        get(() -> {
            action.run();
            return true;
        });
    }

    public static <T> T get(Query<T> query) {
        try {
            return query.get();
        } catch (SQLException e) {
            throw new IllegalStateException("baseline failed: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a statement.
     *
     * @param name a resource in the package of this class
     */
    public static String read(String name) {
        try (InputStream resource = Sql.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IllegalArgumentException("no resource '" + name + "'");
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
