package io.llmtrace.cli.commands;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads the header of a SQLite file, as SQLite's file format defines it, without opening a database. */
final class SqliteHeader {

    /** Offset of {@code PRAGMA user_version}, a big-endian number of four bytes. */
    private static final int USER_VERSION_OFFSET = 60;

    private SqliteHeader() {}

    /** Returns {@code PRAGMA user_version}; empty if the file is too short or cannot be read. */
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
