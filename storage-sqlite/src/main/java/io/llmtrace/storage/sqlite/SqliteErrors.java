package io.llmtrace.storage.sqlite;

import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.UnavailableException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Errors of SQLite as errors of the contract, with what to do about them. */
final class SqliteErrors {

    private static final long FULL_BELOW_BYTES = 1 << 20;

    private final SqliteSettings settings;

    SqliteErrors(SqliteSettings settings) {
        this.settings = settings;
    }

    StorageException typed(SQLException e) {
        Path file = settings.file();
        if (!(e instanceof SQLiteException sqlite)) {
            return new UnavailableException(file + ": " + e.getMessage(), e);
        }
        SQLiteErrorCode code = sqlite.getResultCode();
        // Extended codes carry the plain one in their low byte.
        return switch (code.code & 0xFF) {
            case 5, 6 -> // BUSY, LOCKED
                new UnavailableException(
                        file + " is locked by another process: end it, or raise busy_timeout_ms (now "
                                + settings.busyTimeout().toMillis() + ")",
                        e);
            case 8 -> new UnavailableException(file + " is read-only: make the file and its folder writable", e);
            case 9 -> // INTERRUPT
                Thread.currentThread().isInterrupted()
                        ? new UnavailableException("the query's thread was interrupted", e)
                        : new OverloadedException(
                                "query took longer than query_timeout_ms ("
                                        + settings.queryTimeout().toMillis()
                                        + "): narrow its time range or its filters",
                                e);
            case 10 -> // IOERR
                noSpace()
                        ? full(e)
                        : new UnavailableException(
                                file + " cannot be read or written (" + code.name() + "): check the disk", e);
            case 11, 26 -> // CORRUPT, NOTADB
                new CorruptStoreException(
                        file + " is damaged or no SQLite database (" + code.name()
                                + "): restore a copy, or move the file away to start anew",
                        e);
            case 13 -> full(e);
            case 14 -> // CANTOPEN
                new UnavailableException(
                        file + " cannot be opened: check that the folder exists and that you may write there", e);
            case 18 -> new InvalidRequestException("a value is too large for " + file + ": " + e.getMessage(), e);
            default -> new UnavailableException(file + ": " + e.getMessage(), e);
        };
    }

    private boolean noSpace() {
        return freeBytes() < FULL_BELOW_BYTES;
    }

    private long freeBytes() {
        return settings.file().toAbsolutePath().toFile().getUsableSpace();
    }

    private OverloadedException full(SQLException e) {
        if (settings.maxSizeMb() > 0 && !noSpace()) {
            return new OverloadedException(
                    settings.file() + " has reached max_size_mb (" + settings.maxSizeMb()
                            + "): delete old traces, or raise it; nothing of this call was stored",
                    e);
        }
        return new OverloadedException(
                "no space left on the disk of " + settings.file() + " (" + freeBytes()
                        + " bytes free): free some, or delete old traces; nothing of this call was stored",
                e);
    }
}
