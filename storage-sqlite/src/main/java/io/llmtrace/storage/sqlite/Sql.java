package io.llmtrace.storage.sqlite;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The {@code .sql} files of this module. */
final class Sql {

    private Sql() {}

    /** The statements of a script; each ends with a semicolon at the end of a line, comments begin with two hyphens. */
    static List<String> script(String name) {
        String withoutComments = text(name).replaceAll("--[^\n]*", "");
        return Arrays.stream(withoutComments.split(";\\s*(\n|$)"))
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    private static String text(String name) {
        try (InputStream stream = Sql.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("resource missing: " + name);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
