package io.llmtrace.storage.sqlite.internal.engine;

import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.sqlite.SqliteSettings;
import io.llmtrace.storage.sqlite.internal.format.DamagedDataException;
import java.io.File;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.NativeLibraryNotFoundException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Turns SQLite's errors into the exceptions of the storage contract, whose messages say what to do. */
final class Failures {

    /** With less free space than this, an I/O error is reported as a full disk. */
    private static final long FULL_BELOW_BYTES = 1 << 20;

    private static final int PRIMARY_CODE_MASK = 0xFF;

    private final SqliteSettings settings;

    Failures(SqliteSettings settings) {
        this.settings = settings;
    }

    StorageException typed(SQLException e) {
        Path file = settings.file();
        if (isMissingLibrary(e)) {
            return new UnavailableException(
                    file + " cannot be opened, since the native library of SQLite cannot be loaded from "
                            + System.getProperty("org.sqlite.tmpdir", System.getProperty("java.io.tmpdir"))
                            + ": start Java with -Djava.io.tmpdir=DIR, a folder that can be written and is not mounted"
                            + " noexec",
                    e);
        }
        if (!(e instanceof SQLiteException sqlite)) {
            return new UnavailableException(file + ": " + e.getMessage(), e);
        }
        SQLiteErrorCode code = sqlite.getResultCode();
        return switch (primary(code)) {
            case SQLITE_BUSY, SQLITE_LOCKED ->
                new UnavailableException(
                        file + " is locked by another process: end it, or raise busy_timeout_ms (now "
                                + settings.busyTimeout().toMillis() + ")",
                        e);
            case SQLITE_READONLY ->
                new UnavailableException(file + " is read-only: make the file and its folder writable", e);
            case SQLITE_INTERRUPT ->
                Thread.currentThread().isInterrupted()
                        ? new UnavailableException("the query's thread was interrupted", e)
                        : new OverloadedException(
                                "query took longer than query_timeout_ms ("
                                        + settings.queryTimeout().toMillis()
                                        + "): narrow its time range or its filters",
                                e);
            case SQLITE_IOERR ->
                isDiskFull(settings.file().toAbsolutePath().toFile())
                        ? full(e)
                        : new UnavailableException(
                                file + " cannot be read or written (" + code.name() + "): check the disk", e);
            case SQLITE_CORRUPT, SQLITE_NOTADB ->
                new CorruptStoreException(
                        file + " is damaged or not a SQLite database (" + code.name()
                                + "): restore a copy; or save what can be read with 'llmtrace export', move the file away, and"
                                + " 'llmtrace import' it into a new one",
                        e);
            case SQLITE_FULL -> full(e);
            case SQLITE_CANTOPEN ->
                new UnavailableException(
                        file + " cannot be opened: check that the folder exists and that you may write there", e);
            case SQLITE_TOOBIG ->
                new InvalidRequestException("a value is too large for " + file + ": " + e.getMessage(), e);
            default -> new UnavailableException(file + ": " + e.getMessage(), e);
        };
    }

    CorruptStoreException typed(DamagedDataException e) {
        return new CorruptStoreException(
                settings.file() + " is damaged: " + e.getMessage()
                        + "; restore a copy, and check the disk. The other traces in it can still be read",
                e);
    }

    private static boolean isMissingLibrary(SQLException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof NativeLibraryNotFoundException || cause instanceof LinkageError) {
                return true;
            }
        }
        return false;
    }

    /** Returns the primary code of an extended one, which carries it in its low byte. */
    private static SQLiteErrorCode primary(SQLiteErrorCode code) {
        return SQLiteErrorCode.getErrorCode(code.code & PRIMARY_CODE_MASK);
    }

    /** Returns whether an error says that the disk or the file is full. */
    static boolean isFull(SQLException e, File file) {
        if (!(e instanceof SQLiteException sqlite)) {
            return false;
        }
        return switch (primary(sqlite.getResultCode())) {
            case SQLITE_FULL -> true;
            case SQLITE_IOERR -> isDiskFull(file);
            default -> false;
        };
    }

    /** Returns whether an error while the store is opened may come from a full disk, on which SQLite reports many errors. */
    static boolean mayBeFull(SQLException e, File file) {
        return isFull(e, file) || isDiskFull(file);
    }

    static boolean isDiskFull(File file) {
        return file.getUsableSpace() < FULL_BELOW_BYTES && file.getTotalSpace() > 0; // 0: not known
    }

    /** For what is neither a write of spans nor a delete: {@link WriteRoom} words those. */
    private OverloadedException full(SQLException e) {
        return new OverloadedException(
                "no space left on the disk of " + settings.file() + " ("
                        + settings.file().toAbsolutePath().toFile().getUsableSpace()
                        + " bytes free): free some on the disk, then try again",
                e);
    }
}
