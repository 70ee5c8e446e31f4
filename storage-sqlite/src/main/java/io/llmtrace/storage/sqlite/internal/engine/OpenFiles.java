package io.llmtrace.storage.sqlite.internal.engine;

import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The files of an open store, {@code FILE} and {@code FILE-wal}: finds out whether they are still those that were opened. Writes
 * through the handle of a file that was removed or replaced would succeed, and be lost with it.
 */
final class OpenFiles {

    /** As many as Linux follows. */
    private static final int MAX_LINKS = 40;

    /** As the caller gave it. */
    private final Path file;

    private final Path log;
    private final @Nullable Object fileKey;
    private final @Nullable Object logKey;
    /** The size of the file after the last write. */
    private volatile long bytes;

    private OpenFiles(Path file) {
        this.file = file;
        this.log = logOf(file);
        this.fileKey = keyOf(file);
        this.logKey = keyOf(log);
        noteSize();
    }

    /** Notes which files are open now. */
    static OpenFiles of(Path file) {
        return new OpenFiles(file);
    }

    /**
     * Returns the same path for all names of a file, except for hard links: absolute, and with symbolic links resolved, also that of
     * a file which does not exist yet. SQLite puts its log next to this one.
     */
    static Path realPath(Path file) {
        Path path = file.toAbsolutePath();
        try {
            for (int links = 0; links < MAX_LINKS && Files.isSymbolicLink(path); links++) {
                path = path.resolveSibling(Files.readSymbolicLink(path));
            }
            return Objects.requireNonNull(path.getParent()).toRealPath().resolve(path.getFileName());
        } catch (IOException e) {
            return path.normalize();
        }
    }

    /**
     * Returns the file system's key of a file, which changes when the file is replaced by another one of the same name; null if
     * there is no file, or the file system has no such keys.
     */
    static @Nullable Object keyOf(Path file) {
        BasicFileAttributes attributes = attributesOf(file);
        return attributes == null ? null : attributes.fileKey();
    }

    /**
     * Refuses a file with several hard links: each name has a lock and a log of its own, so that two processes would write to the
     * file without knowing of each other.
     */
    static void requireOneName(Path file) {
        try {
            if (Files.exists(file) && Files.getAttribute(file, "unix:nlink") instanceof Integer names && names > 1) {
                throw new UnavailableException(file + " has " + names
                        + " names (hard links), and another process may be writing to it under one of them: remove"
                        + " the others, or use a copy of the file");
            }
        } catch (UnsupportedOperationException | IllegalArgumentException | IOException e) {
            // A file system without hard links, or one that does not count them.
        }
    }

    /**
     * Refuses a log without its file: SQLite would start an empty file, and delete the log.
     *
     * @throws CorruptStoreException if the file is missing or empty, and the log is not
     */
    static void requireFileOfLog(Path file) {
        Path log = logOf(file);
        if (sizeOf(log) > 0 && sizeOf(file) == 0) {
            throw new CorruptStoreException(file + " is missing or empty, but " + log + " holds " + sizeOf(log)
                    + " bytes of it: put the file back or restore a copy of both, or remove " + log.getFileName()
                    + " to start with an empty store");
        }
    }

    /**
     * Refuses a file that was put in place of another one after a crash: SQLite would copy the log of the former one into it.
     *
     * @param former the {@link #identity} of the files when they were open last; empty if not known
     * @throws CorruptStoreException if the log is still that one, and the file is not
     */
    static void requireSameAs(List<String> former, Path file) {
        Path log = logOf(file);
        if (former.size() == 2
                && sizeOf(log) > 0
                && former.get(1).equals(String.valueOf(keyOf(log)))
                && !former.get(0).equals(String.valueOf(keyOf(file)))) {
            throw new CorruptStoreException(file + " was replaced by another file, but " + log
                    + " is still that of the former one: put the former file back, or restore a copy of both, or remove "
                    + log.getFileName() + ", which loses the last writes to the former file");
        }
    }

    /** Returns what {@link #requireSameAs} recognizes the files by; empty if the file system has no keys. */
    List<String> identity() {
        return fileKey == null || logKey == null ? List.of() : List.of(fileKey.toString(), logKey.toString());
    }

    /**
     * Checks that the file is still the one that was opened.
     *
     * @throws UnavailableException if it was removed, replaced or emptied
     */
    void requireSameFile() {
        BasicFileAttributes now = attributesOf(file);
        if (!Objects.equals(fileKey, now == null ? null : now.fileKey())) {
            throw new UnavailableException(file + " was removed or replaced while open: put it back, then start again");
        }
        if (now != null && now.size() == 0 && bytes > 0) {
            throw truncated(0);
        }
    }

    /** Returns whether the log is still the one that was opened. */
    boolean isSameLog() {
        return Objects.equals(logKey, keyOf(log));
    }

    /**
     * Checks that nothing of the file was cut off since the last write.
     *
     * @throws UnavailableException if it was
     */
    void requireWhole(SqliteConnection connection) throws SQLException {
        long now = sizeOf(file);
        // Another program may have vacuumed the file: then it has all its pages.
        if (now < bytes && now < connection.number("PRAGMA page_count") * connection.number("PRAGMA page_size")) {
            throw truncated(now);
        }
    }

    /** Notes the size of the file after a write. None leaves it empty. */
    void noteSize() {
        long now = sizeOf(file);
        bytes = now == 0 ? bytes : now;
    }

    /** @param copied whether what the log held is in the file now */
    UnavailableException logIsGone(boolean copied) {
        return new UnavailableException(log + " was removed or replaced while open; what it held "
                + (copied
                        ? "is in " + file + " now: start again"
                        : "could not be copied into " + file
                                + ": end this process, which tries it again, but do not kill it"));
    }

    private UnavailableException truncated(long now) {
        return new UnavailableException(file + " was emptied or truncated while open (" + now + " bytes, " + bytes
                + " after the last write): restore a copy, then start again");
    }

    private static Path logOf(Path file) {
        Path real = realPath(file);
        return real.resolveSibling(real.getFileName() + "-wal");
    }

    /** Returns the size of a file; 0 if there is none. */
    private static long sizeOf(Path file) {
        BasicFileAttributes attributes = attributesOf(file);
        return attributes == null ? 0 : attributes.size();
    }

    private static @Nullable BasicFileAttributes attributesOf(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class);
        } catch (IOException e) {
            return null;
        }
    }
}
