package io.llmtrace.storage.sqlite.internal.engine;

import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.sqlite.SqliteSettings;
import java.io.File;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Keeps the room that deletes need, on the disk and below {@code max_size_mb}: a store that is full must be able to become
 * smaller. Transactions that store spans are refused before they touch the reserve.
 *
 * <pre>
 *   disk    [ files, FILE-reserve | free for spans          | upkeep | deletes ]
 *                                                           ◀──── reserve ────▶
 *   quota   [ pages in use        | free for spans          | upkeep | deletes ]  max_size_mb
 * </pre>
 *
 * Of the disk, the growth of the file counts as used that is still due because its pages are in the log only. While there is
 * little room, the log is copied into the file and truncated early.
 *
 * <p>If another program fills the disk, deletes get the space of {@link ReserveFile}. It is given up to copy the log into the
 * file, which gives back the space of the log; then one half is for the log of the delete, and the other is kept as the reserve
 * file until that log is copied. Otherwise the log could take all space, and not be copied any more: deletes make the file grow,
 * too, before they make it smaller. That growth always fits into the reserve file is why a transaction is refused in which it
 * would not, and why the log is copied before growth exceeds half of it.
 *
 * <p>Used by one thread at a time, that of the writing connection.
 */
final class WriteRoom {

    private static final Logger LOG = LoggerFactory.getLogger(WriteRoom.class);

    private static final long MIB = 1 << 20;

    /** Of the disk, an eighth at most: small disks must be usable. */
    private static final long MAX_DISK_RESERVE = 64 * MIB;

    /** Of the reserve file; a sixteenth of the disk at most, and not much larger than the store itself. */
    private static final long MAX_RESERVE_FILE = 16 * MIB;

    /** What opening the store on a full disk takes. */
    private static final long LENT_BYTES = 256 << 10;

    /** Of {@code max_size_mb}, an eighth at most. */
    private static final long MAX_QUOTA_RESERVE = 16 * MIB;

    /** With so much more than the reserve, a transaction and the log fit anyway: one look at the free space is enough. */
    private static final long COMFORTABLE = 256 * MIB;

    /** A log of this size is copied into the file when a transaction finds little room; on a small disk a smaller one. */
    private static final long MAX_SCARCE_LOG = 4 * MIB;

    /** While readers keep the log from being truncated, the attempts are this far apart. */
    private static final Duration SHRINK_EVERY = Duration.ofSeconds(1);

    private static final int SHRINK_PATIENCE_MS = 250;

    private final SqliteSettings settings;
    private final int pageBytes;
    private final File file;
    private final File log;
    private final ReserveFile reserve;
    private long nextShrinkNanos = System.nanoTime();
    /** Why the last spans were refused; null if they were stored. */
    private @Nullable LackOfRoom refusal;

    private long roomWhenRefused;

    WriteRoom(SqliteSettings settings, int pageBytes) {
        this(settings, pageBytes, OpenFiles.realPath(settings.file()).toFile());
    }

    /** @param file says how much space there is */
    WriteRoom(SqliteSettings settings, int pageBytes, File file) {
        this.settings = settings;
        this.pageBytes = pageBytes;
        this.file = file;
        this.log = new File(file.getPath() + "-wal");
        this.reserve = new ReserveFile(settings.file());
    }

    /** Gives the reserve file up, for opening the store on a disk that is full. Returns whether that gave space back. */
    boolean release() {
        return reserve.release();
    }

    /** Gives up as much of the reserve file as the index of the log needs. Returns whether that gave space back. */
    boolean lend() {
        return reserve.shrinkBy(LENT_BYTES);
    }

    /** Limits the file to {@code max_size_mb}. One that is larger already may still grow by what deletes need. */
    void limitSize(SqliteConnection connection) throws SQLException {
        if (settings.maxSizeMb() > 0) {
            long pages = Math.max(maxPages(), connection.number("PRAGMA page_count") + quotaReservePages());
            connection.execute("PRAGMA max_page_count = " + pages);
        }
    }

    /** Runs a transaction, if there is room for one of its kind. Work that deletes may run twice. */
    <T> T transaction(SqliteConnection connection, WriteKind kind, SqliteConnection.Work<T> work) throws SQLException {
        LackOfRoom before = refusal;
        try {
            T result = transactionWithRoom(connection, kind, work);
            if (kind == WriteKind.SPANS) {
                refusal = null;
            }
            return result;
        } finally {
            if (refusal != null && refusal != before) {
                roomWhenRefused = roomFor(refusal.what(), connection); // after the transaction was rolled back
            }
        }
    }

    private <T> T transactionWithRoom(SqliteConnection connection, WriteKind kind, SqliteConnection.Work<T> work)
            throws SQLException {
        boolean scarce = makeRoom(connection, kind);
        require(kind, lack(connection, kind, scarce, scarce ? connection.number("PRAGMA page_count") : 0));
        T result;
        try {
            result = connection.transaction("BEGIN IMMEDIATE", transaction -> {
                long pages = scarce ? transaction.number("PRAGMA page_count") : 0;
                T ofWork = work.run(transaction);
                require(kind, lack(transaction, kind, scarce, pages));
                if (scarce && kind == WriteKind.DELETES) {
                    requireGrowthFits(transaction);
                }
                return ofWork;
            });
        } catch (SQLException e) {
            if (!Failures.isFull(e, file)) {
                throw e;
            }
            boolean ofDisk = settings.maxSizeMb() == 0 || Failures.isDiskFull(file);
            // The transaction that was rolled back has left its pages in it.
            if (kind == WriteKind.DELETES) {
                shrinkLogPatiently(connection);
            } else {
                shrinkLog(connection);
            }
            if (kind != WriteKind.DELETES) {
                throw refusal(kind, ofDisk ? diskIsFull() : quotaIsReached(), e);
            }
            return withReserveGivenUp(connection, work, e);
        }
        if (scarce) {
            afterTransaction(connection, ended -> limitGrowth(ended, kind));
        }
        return result;
    }

    /** Cleans up. A transaction has ended before, and what the caller is told of it must not depend on this. */
    private void afterTransaction(SqliteConnection connection, SqliteConnection.Action cleanUp) {
        try {
            cleanUp.run(connection);
        } catch (SQLException e) {
            LOG.warn("{} could not be cleaned up after a transaction: {}", file, e.getMessage(), e);
        }
    }

    /** Runs a transaction again that frees space and found none. */
    private <T> T withReserveGivenUp(SqliteConnection connection, SqliteConnection.Work<T> work, SQLException first)
            throws SQLException {
        reserve.release();
        shrinkLogPatiently(connection);
        reserve.growTo(Math.min(reserveFileBytes(), file.getUsableSpace() / 2)); // for the growth of the file
        if (settings.maxSizeMb() > 0) {
            connection.execute(
                    "PRAGMA max_page_count = " + (connection.number("PRAGMA page_count") + quotaReservePages()));
        }
        try {
            return connection.transaction("BEGIN IMMEDIATE", transaction -> {
                T ofWork = work.run(transaction);
                requireGrowthFits(transaction);
                return ofWork;
            });
        } catch (SQLException e) {
            if (!Failures.isFull(e, file)) {
                throw e;
            }
            e.addSuppressed(first);
            throw new OverloadedException(
                    "no space left on the disk of " + settings.file() + " (" + file.getUsableSpace()
                            + " bytes free), not even for a delete: free some on the disk, then try again",
                    e);
        } finally {
            afterTransaction(connection, this::copyLog);
            afterTransaction(connection, this::limitSize);
        }
    }

    /** Fails as on a full disk, if the file would grow by more than there is room for when the log is copied into it. */
    private void requireGrowthFits(SqliteConnection transaction) throws SQLException {
        long growth = dueGrowth(transaction.number("PRAGMA page_count"));
        long room = Math.max(reserve.bytes(), file.getUsableSpace() - MAX_DISK_RESERVE);
        if (growth > room) {
            throw new SQLiteException(
                    file + " would grow by " + growth + " bytes, and there is room for " + room,
                    SQLiteErrorCode.SQLITE_FULL);
        }
    }

    /** Copies the log into the file, which may take the space of the reserve file to grow. */
    private void copyLog(SqliteConnection connection) throws SQLException {
        if (dueGrowth(connection.number("PRAGMA page_count")) > file.getUsableSpace()) {
            reserve.release();
        }
        shrinkLogPatiently(connection);
    }

    /**
     * Gives free pages back to the file system; few at a time if there is little room, since others move in their place.
     *
     * @return whether to go on; not while readers keep the log from being truncated, or it would fill the disk
     */
    boolean vacuum(SqliteConnection connection, int pages) throws SQLException {
        boolean scarce = makeRoom(connection, WriteKind.CLEANUP);
        if (scarce && log.length() >= maxLog()) {
            return false;
        }
        boolean nearlyNone = scarce && file.getUsableSpace() < WriteKind.CLEANUP.leavesOf(diskReserve());
        int some = nearlyNone ? pages / 16 : scarce ? pages / 4 : pages;
        try {
            connection.execute("PRAGMA incremental_vacuum(" + some + ")");
        } catch (SQLException e) {
            if (!Failures.isFull(e, file)) {
                throw e;
            }
            shrinkLog(connection);
            return false;
        }
        return !nearlyNone || shrinkLog(connection);
    }

    /**
     * Makes what room there is.
     *
     * @return whether room on the disk is scarce, so that it must be looked at again before the commit
     */
    private boolean makeRoom(SqliteConnection connection, WriteKind kind) throws SQLException {
        if (file.getUsableSpace() >= MAX_DISK_RESERVE + COMFORTABLE || file.getTotalSpace() == 0) { // 0: not known
            if (reserve.bytes() == 0) {
                restoreReserve(connection);
            }
            return false;
        }
        if (log.length() >= maxLog()) {
            // A delete waits for readers before the log takes the rest of the disk.
            boolean patient = kind == WriteKind.DELETES && log.length() >= diskReserve() / 2;
            shrinkLogAtIntervals(connection, patient ? settings.busyTimeout().toMillis() : SHRINK_PATIENCE_MS);
        }
        if (kind != WriteKind.DELETES) {
            restoreReserve(connection);
        }
        return true;
    }

    /** Copies the log into the file while the growth fits into half of the reserve. */
    private void limitGrowth(SqliteConnection connection, WriteKind kind) throws SQLException {
        long growth = dueGrowth(connection.number("PRAGMA page_count"));
        if (kind == WriteKind.DELETES && growth > file.getUsableSpace()) {
            copyLog(connection); // the log has taken the rest
        } else if (growth > reserve.bytes() / 2) {
            shrinkLogAtIntervals(connection, SHRINK_PATIENCE_MS);
        }
    }

    private void shrinkLogAtIntervals(SqliteConnection connection, long patienceMs) throws SQLException {
        if (System.nanoTime() - nextShrinkNanos >= 0) {
            boolean truncated = shrinkLog(connection, patienceMs);
            nextShrinkNanos = System.nanoTime() + (truncated ? 0 : SHRINK_EVERY.toNanos());
        }
    }

    /** Returns by how much the file is yet to grow, since pages of it are in the log only. */
    private long dueGrowth(long pages) {
        return Math.max(0, pages * pageBytes - file.length());
    }

    /**
     * Returns what a transaction of a kind lacks; null if there is room for it.
     *
     * @param pagesBefore the pages of the file when the transaction began: new ones are still to be written to the log
     */
    private @Nullable LackOfRoom lack(SqliteConnection connection, WriteKind kind, boolean scarce, long pagesBefore)
            throws SQLException {
        if (kind == WriteKind.DELETES) {
            return null;
        }
        if (settings.maxSizeMb() > 0) {
            long used = connection.number("PRAGMA page_count") - connection.number("PRAGMA freelist_count");
            if (used > maxPages() - kind.leavesOf(quotaReservePages())) {
                return quotaIsReached();
            }
        }
        boolean reserved = reserve.bytes() >= reserveFileBytes();
        return scarce && (!reserved || !leavesReserve(connection, kind, pagesBefore)) ? diskIsFull() : null;
    }

    /** Free pages of the file count as well, up to half: spans can be stored in them, but a delete needs room for the log. */
    private boolean leavesReserve(SqliteConnection connection, WriteKind kind, long pagesBefore) throws SQLException {
        long leaves = kind.leavesOf(diskReserve());
        long freePages = Math.min(leaves / 2, connection.number("PRAGMA freelist_count") * pageBytes);
        return freeAfterCheckpoint(connection, pagesBefore) + freePages >= leaves;
    }

    /** Returns what is full: spans are refused now, or were the last time, and there is no more room than then; null if nothing is. */
    @Nullable
    LackOfRoom lackOfRoom(SqliteConnection connection) throws SQLException {
        boolean scarce = makeRoom(connection, WriteKind.SPANS);
        LackOfRoom now = lack(connection, WriteKind.SPANS, scarce, connection.number("PRAGMA page_count"));
        if (now != null) {
            return now;
        }
        LackOfRoom last = refusal;
        if (last != null && roomFor(last.what(), connection) > roomWhenRefused + clearlyMore(last.what())) {
            refusal = null;
        }
        return refusal;
    }

    /** Returns by how much the {@link #roomFor measure} must rise until a refusal does not count any more. */
    private long clearlyMore(LackOfRoom.What what) {
        return switch (what) {
            case QUOTA -> quotaReservePages() / 8;
            case DISK -> diskReserve() / 8;
        };
    }

    /** Returns a measure of the room: the larger, the more there is. */
    private long roomFor(LackOfRoom.What what, SqliteConnection connection) throws SQLException {
        long pages = connection.number("PRAGMA page_count");
        return switch (what) {
            case QUOTA -> connection.number("PRAGMA freelist_count") - pages;
            case DISK -> freeAfterCheckpoint(connection, pages);
        };
    }

    /** Returns the bytes that will be free once all pages are in the file. */
    private long freeAfterCheckpoint(SqliteConnection connection, long pagesBefore) throws SQLException {
        long pages = connection.number("PRAGMA page_count");
        long unwritten = Math.max(0, pages - pagesBefore) * pageBytes;
        return file.getUsableSpace() - dueGrowth(pages) - unwritten;
    }

    private void require(WriteKind kind, @Nullable LackOfRoom lack) {
        if (lack != null) {
            throw refusal(kind, lack, null);
        }
    }

    private OverloadedException refusal(WriteKind kind, LackOfRoom lack, @Nullable Throwable cause) {
        if (kind == WriteKind.SPANS) {
            refusal = lack;
        }
        return new OverloadedException(lack.message() + "; nothing of this call was stored", cause);
    }

    private LackOfRoom diskIsFull() {
        long kept = diskReserve() + Math.max(0, reserveFileBytes() - reserve.bytes());
        return new LackOfRoom(
                LackOfRoom.What.DISK,
                "the disk of " + settings.file() + " is full (" + file.getUsableSpace() + " bytes free, and " + kept
                        + " are kept for deletes): free some, or delete old traces");
    }

    private LackOfRoom quotaIsReached() {
        return new LackOfRoom(
                LackOfRoom.What.QUOTA,
                settings.file() + " has reached max_size_mb (" + settings.maxSizeMb() + ", of which "
                        + quotaReservePages() * pageBytes
                        + " bytes are kept for deletes): delete old traces, or raise it");
    }

    /** Takes space for the reserve file, and more of it when the store has grown. Returns whether there is a reserve file. */
    boolean restoreReserve(SqliteConnection connection) throws SQLException {
        long wanted = reserveFileBytes();
        if (reserve.bytes() >= wanted) {
            return true;
        }
        long pages = connection.number("PRAGMA page_count");
        if (freeAfterCheckpoint(connection, pages) - (wanted - reserve.bytes())
                >= WriteKind.UPKEEP.leavesOf(diskReserve())) {
            reserve.growTo(wanted);
        }
        return reserve.bytes() > 0;
    }

    /** Same as {@link #restoreReserve}, after a look at the file: somebody may have removed it. */
    void keepReserve(SqliteConnection connection) throws SQLException {
        reserve.refresh();
        restoreReserve(connection);
    }

    /**
     * Copies the log into the file and truncates it. Readers may keep it from being truncated, and a full disk from being copied.
     *
     * @return whether it was truncated
     */
    boolean shrinkLog(SqliteConnection connection) throws SQLException {
        return shrinkLog(connection, SHRINK_PATIENCE_MS);
    }

    /** Same as {@link #shrinkLog}, but waits {@code busy_timeout_ms} for readers. */
    boolean shrinkLogPatiently(SqliteConnection connection) throws SQLException {
        return shrinkLog(connection, settings.busyTimeout().toMillis());
    }

    private boolean shrinkLog(SqliteConnection connection, long patienceMs) throws SQLException {
        connection.execute("PRAGMA busy_timeout = " + patienceMs);
        try {
            return connection.numberOnce("PRAGMA wal_checkpoint(TRUNCATE)") == 0;
        } catch (SQLException e) {
            if (!Failures.isFull(e, file)) {
                throw e;
            }
            return false;
        } finally {
            connection.execute("PRAGMA busy_timeout = " + settings.busyTimeout().toMillis());
        }
    }

    private long maxLog() {
        return Math.min(MAX_SCARCE_LOG, diskReserve() / 4);
    }

    private long diskReserve() {
        return Math.min(MAX_DISK_RESERVE, file.getTotalSpace() / 8);
    }

    private long reserveFileBytes() {
        long ofStore = Math.max(MIB, file.length());
        return Math.min(Math.min(MAX_RESERVE_FILE, file.getTotalSpace() / 16), ofStore);
    }

    private long maxPages() {
        return settings.maxSizeMb() * MIB / pageBytes;
    }

    private long quotaReservePages() {
        return Math.min(MAX_QUOTA_RESERVE, settings.maxSizeMb() * MIB / 8) / pageBytes;
    }
}
