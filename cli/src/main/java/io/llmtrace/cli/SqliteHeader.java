package io.llmtrace.cli;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The beginning of a SQLite file, as SQLite's file format defines it: read without opening a database. */
final class SqliteHeader {

    /** Place of {@code PRAGMA user_version}, a big-endian number of four bytes. */
    private static final int USER_VERSION_OFFSET = 60;

    private SqliteHeader() {}

    /** Empty for a file that is too short to be one, or cannot be read. */
    static Optional<Integer> userVersion(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            DataInputStream header = new DataInputStream(in);
            header.skipNBytes(USER_VERSION_OFFSET);
            return Optional.of(header.readInt());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
