package io.llmtrace.storage.sqlite.internal.engine;

import io.llmtrace.storage.sqlite.SqliteSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Reads the {@code .sql} files among this module's resources. */
final class Sql {

    private Sql() {}

    /**
     * Returns the statements of a script: each ends with a semicolon at the end of a line; comments start with two hyphens.
     *
     * @param name the file's path below {@code io/llmtrace/storage/sqlite}
     */
    static List<String> script(String name) {
        String withoutComments = text(name).replaceAll("--[^\n]*", "");
        return Arrays.stream(withoutComments.split(";\\s*(\n|$)"))
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    private static String text(String name) {
        try (InputStream stream = SqliteSettings.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("resource missing: " + name);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
