package io.llmtrace.storage.sqlite;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/** The settings that a SQLite store is opened with. */
public sealed interface SqliteSettings permits SqliteSettingsValues {

    /** Values of SQLite's {@code PRAGMA synchronous}. */
    enum Synchronous {
        /** An acknowledged write survives a power cut. */
        FULL,
        /** An acknowledged write survives a crash of the process; a power cut may lose the last ones. */
        NORMAL
    }

    /** Returns the database; created if it is missing, unless {@link #readOnly()}. */
    Path file();

    /** Returns whether to open the file without lock, migration and writes, to read one that another process writes. */
    boolean readOnly();

    /** Returns what a commit waits for before it returns. */
    Synchronous synchronous();

    /** Returns the largest size of the file, in MiB; 0 for no limit but that of the disk. */
    int maxSizeMb();

    /** Returns how long to wait for another process that holds one of SQLite's own locks. */
    Duration busyTimeout();

    /** Returns the time after which a query is ended with {@link io.llmtrace.storage.OverloadedException}. */
    Duration queryTimeout();

    /**
     * Returns the memory that the result of one call may take, in MiB; by default half of this process's heap. A larger one is refused
     * with {@link io.llmtrace.storage.ResultTooLargeException}.
     */
    int maxReadMb();

    /** Returns the defaults for a file: open for writing, safe against power cuts. */
    static SqliteSettings of(Path file) {
        return builder(file).build();
    }

    /** Returns a builder that begins with the defaults for a file. */
    static Builder builder(Path file) {
        return new Builder(file);
    }

    /**
     * Parses a storage URL.
     *
     * @param url {@code sqlite:FILE}, optionally with {@code ?mode=ro&synchronous=normal&max_size_mb=1000&busy_timeout_ms=5000&query_timeout_ms=30000&max_read_mb=512}
     * @throws IllegalArgumentException if a part of it is wrong; the message names the part
     */
    static SqliteSettings parse(String url) {
        return SqliteSettingsValues.parse(url);
    }

    /** Returns a builder with all values of these settings. */
    default Builder toBuilder() {
        return builder(file())
                .readOnly(readOnly())
                .synchronous(synchronous())
                .maxSizeMb(maxSizeMb())
                .busyTimeout(busyTimeout())
                .queryTimeout(queryTimeout())
                .maxReadMb(maxReadMb());
    }

    /** Returns these settings, for reading only. */
    default SqliteSettings withReadOnly() {
        return toBuilder().readOnly(true).build();
    }

    /** Builds settings; what is not set keeps its default. */
    final class Builder {
        private final Path file;
        private boolean readOnly;
        private Synchronous synchronous = Synchronous.FULL;
        private int maxSizeMb;
        private Duration busyTimeout = Duration.ofSeconds(5);
        private Duration queryTimeout = Duration.ofSeconds(30);
        private int maxReadMb = SqliteSettingsValues.MAX_READ_MB;

        private Builder(Path file) {
            this.file = Objects.requireNonNull(file, "file");
        }

        public Builder readOnly(boolean value) {
            this.readOnly = value;
            return this;
        }

        public Builder synchronous(Synchronous value) {
            this.synchronous = Objects.requireNonNull(value, "synchronous");
            return this;
        }

        public Builder maxSizeMb(int value) {
            this.maxSizeMb = value;
            return this;
        }

        public Builder busyTimeout(Duration value) {
            this.busyTimeout = Objects.requireNonNull(value, "busyTimeout");
            return this;
        }

        public Builder queryTimeout(Duration value) {
            this.queryTimeout = Objects.requireNonNull(value, "queryTimeout");
            return this;
        }

        public Builder maxReadMb(int value) {
            this.maxReadMb = value;
            return this;
        }

        /** Builds the settings. */
        public SqliteSettings build() {
            return new SqliteSettingsValues(
                    file, readOnly, synchronous, maxSizeMb, busyTimeout, queryTimeout, maxReadMb);
        }
    }
}
