package io.llmtrace.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;

/** Statements kept in files, and JDBC without its checked exception: a failed statement ends a measurement. */
final class Sql {

    private Sql() {}

    interface Action {
        void run() throws SQLException;
    }

    interface Query<T> {
        T get() throws SQLException;
    }

    static void run(Action action) {
        get(() -> {
            action.run();
            return true;
        });
    }

    static <T> T get(Query<T> query) {
        try {
            return query.get();
        } catch (SQLException e) {
            throw new IllegalStateException("baseline failed: " + e.getMessage(), e);
        }
    }

    /** @param name of a resource beside this class */
    static String read(String name) {
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
