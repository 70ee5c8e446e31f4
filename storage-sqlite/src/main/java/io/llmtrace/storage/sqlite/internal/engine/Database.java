package io.llmtrace.storage.sqlite.internal.engine;

import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.NotSupportedException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.spi.ReadMemory;
import io.llmtrace.storage.sqlite.SqliteSettings;
import io.llmtrace.storage.sqlite.internal.format.DamagedDataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/**
 * The open file: one connection that writes, and some that read without waiting for it, which SQLite's write-ahead log makes
 * possible. SQLite's errors are thrown as the exceptions of the storage contract.
 */
public final class Database implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    private static final int MAX_READERS = 8;
    private static final String MAX_READ = "max_read_mb";
    private static final int PAGE_BYTES = 4096;
    /** The log is copied into the file only when it reaches 64 MiB, so that a page that is written often is copied once. */
    private static final int CHECKPOINT_PAGES = (64 << 20) / PAGE_BYTES;

    private final SqliteSettings settings;
    private final Failures failures;
    private final ReadWatch watch;
    private final @Nullable StoreLock lock;
    private final @Nullable SqliteConnection writer;
    private final WriteRoom room;
    private final OpenFiles files;
    private final ReentrantLock writing = new ReentrantLock(true);
    private final Semaphore readers = new Semaphore(MAX_READERS, true);
    private final Deque<SqliteConnection> idleReaders = new ArrayDeque<>();
    /** Each call holds its read lock, so that {@link #close}, which takes the write lock, waits for all of them. */
    private final ReentrantReadWriteLock closing = new ReentrantReadWriteLock();

    private volatile MetDamage damage = MetDamage.NONE;

    private boolean closed;

    private Database(
            SqliteSettings settings, WriteRoom room, @Nullable StoreLock lock, @Nullable SqliteConnection writer) {
        this.room = room;
        this.settings = settings;
        this.failures = new Failures(settings);
        this.watch = new ReadWatch(settings.queryTimeout());
        this.lock = lock;
        this.writer = writer;
        this.files = OpenFiles.of(settings.file());
    }

    /**
     * Opens a file, and brings it to the newest schema unless it is opened for reading.
     *
     * @throws StorageException if the file cannot be opened; nothing is left open in that case
     */
    public static Database open(SqliteSettings settings, Migrations migrations) {
        return settings.readOnly() ? openForReading(settings, migrations) : openForWriting(settings, migrations);
    }

    private static Database openForReading(SqliteSettings settings, Migrations migrations) {
        if (!Files.isRegularFile(settings.file())) {
            throw new UnavailableException(
                    settings.file() + " does not exist: check the path, or store something first");
        }
        OpenFiles.requireFileOfLog(settings.file());
        WriteRoom room = new WriteRoom(settings, PAGE_BYTES);
        Database database = new Database(settings, room, null, null);
        try {
            database.requireReadable(migrations, room);
            return database;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private void requireReadable(Migrations migrations, WriteRoom room) {
        try {
            requireReadable(migrations);
        } catch (OverloadedException e) {
            if (!room.lend()) {
                throw e;
            }
            requireReadable(migrations);
        }
    }

    private void requireReadable(Migrations migrations) {
        read(connection -> migrations.requireReadable(connection, settings.file()));
    }

    private static Database openForWriting(SqliteSettings settings, Migrations migrations) {
        createFolderOf(settings.file());
        StoreLock lock = StoreLock.acquire(settings.file());
        WriteRoom room = new WriteRoom(settings, PAGE_BYTES);
        SqliteConnection connection = null;
        try {
            OpenFiles.requireOneName(settings.file());
            OpenFiles.requireFileOfLog(settings.file());
            OpenFiles.requireSameAs(lock.noted(), settings.file());
            lock.note(List.of());
            connection = connectForWriting(settings, room);
            migrations.run(connection, settings.file());
            room.limitSize(connection);
            Database database = new Database(settings, room, lock, connection);
            lock.note(database.files.identity());
            return database;
        } catch (SQLException e) {
            closeQuietly(connection);
            lock.close();
            throw new Failures(settings).typed(e);
        } catch (DamagedDataException e) { // a migration reads spans
            closeQuietly(connection);
            lock.close();
            throw new Failures(settings).typed(e);
        } catch (RuntimeException e) {
            closeQuietly(connection);
            lock.close();
            throw e;
        }
    }

    /** Connects, on a full disk with the space of the reserve: the log has an index, and is read again after a crash. */
    private static SqliteConnection connectForWriting(SqliteSettings settings, WriteRoom room) throws SQLException {
        try {
            return connectForWriting(settings);
        } catch (SQLException e) {
            if (!Failures.mayBeFull(e, settings.file().toAbsolutePath().toFile()) || !room.lend()) {
                throw e;
            }
        }
        SqliteConnection connection;
        try {
            connection = connectForWriting(settings);
        } catch (SQLException e) {
            if (!room.release()) {
                throw e;
            }
            connection = connectForWriting(settings);
        }
        room.shrinkLog(connection);
        return connection;
    }

    private static SqliteConnection connectForWriting(SqliteSettings settings) throws SQLException {
        SqliteConnection connection = new SqliteConnection(connect(settings, false));
        try {
            // These two have an effect only while the file is empty.
            connection.execute("PRAGMA page_size = " + PAGE_BYTES);
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL");
            connection.execute("PRAGMA journal_mode = WAL");
            connection.execute("PRAGMA synchronous = " + settings.synchronous());
            connection.execute("PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
            connection.execute("PRAGMA journal_size_limit = " + (long) CHECKPOINT_PAGES * PAGE_BYTES);
            connection.execute("PRAGMA cache_size = -65536");
            connection.execute("PRAGMA temp_store = MEMORY");
            // Overwrites deleted content in pages that are written anyway; pages that become free leave the file in a
            // vacuum.
            connection.execute("PRAGMA secure_delete = FAST");
            connection.number("SELECT count(*) FROM sqlite_schema"); // opens the log
            return connection;
        } catch (SQLException e) {
            closeQuietly(connection);
            throw e;
        }
    }

    /** Returns the settings that the file was opened with. */
    public SqliteSettings settings() {
        return settings;
    }

    /** Runs work on a snapshot of the store. Several threads may read at the same time. */
    public <T> T read(SqliteConnection.Work<T> work) {
        return onReader(connection -> {
            try (ReadWatch.Run run = watch.begin(connection);
                    ReadMemory memory = ReadMemory.ofRead((long) settings.maxReadMb() << 20, MAX_READ)) {
                return onSnapshot(connection, memory, work);
            }
        });
    }

    /**
     * Same as {@link #read}, for work that the store itself has to do: without a limit of time and memory, since it would meet that
     * limit again with each attempt. The work must read little at a time.
     */
    public <T> T readInBackground(SqliteConnection.Work<T> work) {
        return onReader(connection -> {
            try (ReadMemory memory = ReadMemory.unlimited()) {
                return onSnapshot(connection, memory, work);
            }
        });
    }

    private static <T> T onSnapshot(SqliteConnection connection, ReadMemory memory, SqliteConnection.Work<T> work)
            throws SQLException {
        connection.countIn(memory);
        T result = connection.transaction("BEGIN", work);
        memory.keepResult();
        return result;
    }

    private <T> T onReader(SqliteConnection.Work<T> work) {
        return whileOpen(() -> {
            SqliteConnection connection = takeReader();
            boolean sound = false;
            try {
                T result = work.run(connection);
                sound = true;
                return result;
            } catch (StorageException | DamagedDataException | IllegalArgumentException e) {
                sound = true;
                throw e;
            } finally {
                giveBack(connection, sound);
            }
        });
    }

    /**
     * Runs work in a transaction, which is durable when this returns. One runs at a time. Work of the kind
     * {@link WriteKind#DELETES} may run twice.
     *
     * @throws OverloadedException if there is no room for work of this kind
     */
    public <T> T write(WriteKind kind, SqliteConnection.Work<T> work) {
        return onWriter(connection -> room.transaction(connection, kind, work));
    }

    /** Same as {@link #write}, within {@link #onWriter}. */
    public <T> T transaction(SqliteConnection connection, WriteKind kind, SqliteConnection.Work<T> work)
            throws SQLException {
        return room.transaction(connection, kind, work);
    }

    /** Returns what is full, so that spans are refused now; empty if nothing is. */
    public Optional<LackOfRoom> lackOfRoom() {
        return onWriter(connection -> Optional.ofNullable(room.lackOfRoom(connection)));
    }

    /** Gives some free pages back to the file system. Returns whether to go on, which it is not while readers are in the way. */
    public boolean vacuum(int pages) {
        return onWriter(connection -> room.vacuum(connection, pages));
    }

    /** Copies the log into the file and truncates it. Returns false if readers or a full disk are in the way. */
    public boolean shrinkLog() {
        return onWriter(room::shrinkLog);
    }

    /** Same as {@link #shrinkLog}, but waits {@code busy_timeout_ms} for readers. Writes wait meanwhile. */
    public boolean shrinkLogPatiently() {
        return onWriter(room::shrinkLogPatiently);
    }

    /** Takes space for the reserve if it has been given up, or if the store has grown. */
    public void keepReserve() {
        actOnWriter(room::keepReserve);
    }

    /**
     * Runs work on the writing connection without a transaction, since a vacuum must not run in one. Only one thread writes at a
     * time.
     *
     * @throws NotSupportedException if the file was opened for reading
     */
    public <T> T onWriter(SqliteConnection.Work<T> work) {
        SqliteConnection connection = writer;
        if (connection == null) {
            requireOpen();
            throw new NotSupportedException(
                    settings.file() + " is open for reading only (mode=ro): open it without mode=ro to write");
        }
        return whileOpen(() -> {
            writing.lock();
            try {
                requireSameFiles(); // again, since the lock may have taken a while
                Objects.requireNonNull(lock).requireHeld();
                files.requireWhole(connection);
                try {
                    return work.run(connection);
                } finally {
                    files.noteSize();
                }
            } finally {
                writing.unlock();
            }
        });
    }

    /** Returns whether another thread waits for the current write to end. */
    public boolean isWriteWaiting() {
        return writing.hasQueuedThreads();
    }

    /** Runs {@link #write} without a result. */
    public void change(WriteKind kind, SqliteConnection.Action action) {
        write(kind, connection -> {
            action.run(connection);
            return true;
        });
    }

    /** Runs {@link #onWriter} without a result. */
    public void actOnWriter(SqliteConnection.Action action) {
        onWriter(connection -> {
            action.run(connection);
            return true;
        });
    }

    /** Returns whether the file was opened for reading only. */
    public boolean readOnly() {
        return writer == null;
    }

    @Override
    public void close() {
        closing.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            watch.close();
            idleReaders.forEach(Database::closeQuietly);
            idleReaders.clear();
            closeQuietly(writer); // as the last connection, copies the log into the file
            if (lock != null) {
                lock.close();
            }
        } finally {
            closing.writeLock().unlock();
        }
    }

    private interface Call<T> {
        T run() throws SQLException;
    }

    /** Runs a call while the file is open and still the one that was opened. */
    private <T> T whileOpen(Call<T> call) {
        closing.readLock().lock();
        try {
            requireOpen();
            requireSameFiles();
            return call.run();
        } catch (SQLException e) {
            throw noted(failures.typed(e));
        } catch (DamagedDataException e) {
            throw noted(failures.typed(e));
        } finally {
            closing.readLock().unlock();
        }
    }

    private synchronized StorageException noted(StorageException failure) {
        damage = damage.and(failure);
        return failure;
    }

    /** Returns the damage that was met since the file was opened. */
    public MetDamage damage() {
        return damage;
    }

    /** Reads the whole file, and returns what is damaged: at most {@code max} lines, none if nothing is. */
    public List<String> findDamage(int max) {
        List<String> found = new ArrayList<>();
        try {
            readInBackground(connection -> {
                connection.each("PRAGMA quick_check(" + max + ")", row -> found.add(row.text(1)));
                return found.size();
            });
        } catch (CorruptStoreException e) { // SQLite gave up
            found.add(String.valueOf(Objects.requireNonNullElse(e.getCause(), e).getMessage()));
        }
        return found.equals(List.of("ok")) ? List.of() : found.subList(0, Math.min(found.size(), max));
    }

    /**
     * Checks that the file is open.
     *
     * @throws IllegalStateException after {@link #close}
     */
    public void requireOpen() {
        if (closed) {
            throw new IllegalStateException("repository is closed: sqlite:" + settings.file());
        }
    }

    /** Refuses files that are not those that were opened. A reader opens a new log whenever a writer has made one. */
    private void requireSameFiles() {
        files.requireSameFile();
        SqliteConnection connection = writer;
        if (connection != null && !files.isSameLog()) {
            throw files.logIsGone(copyLog(connection));
        }
    }

    /** Copies a log that was removed into the file, while it is still open. Returns whether that has worked. */
    private boolean copyLog(SqliteConnection connection) {
        writing.lock();
        try {
            return room.shrinkLogPatiently(connection);
        } catch (SQLException e) {
            LOG.warn("the log of {} cannot be copied into it: {}", settings.file(), e.getMessage(), e);
            return false;
        } finally {
            writing.unlock();
        }
    }

    private SqliteConnection takeReader() throws SQLException {
        try {
            if (!readers.tryAcquire(settings.queryTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new OverloadedException(
                        "all " + MAX_READERS + " readers of " + settings.file() + " were busy for query_timeout_ms ("
                                + settings.queryTimeout().toMillis() + ")");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while waiting for a reader", e);
        }
        SqliteConnection idle;
        synchronized (idleReaders) {
            idle = idleReaders.poll();
        }
        if (idle != null) {
            return idle;
        }
        try {
            return newReader();
        } catch (SQLException e) {
            readers.release();
            throw e;
        }
    }

    private SqliteConnection newReader() throws SQLException {
        SqliteConnection connection = new SqliteConnection(connect(settings, true));
        connection.execute("PRAGMA cache_size = -16384");
        connection.execute("PRAGMA temp_store = MEMORY");
        connection.execute("PRAGMA mmap_size = " + (256L << 20));
        return connection;
    }

    private void giveBack(SqliteConnection connection, boolean sound) {
        if (sound) {
            synchronized (idleReaders) {
                idleReaders.push(connection);
            }
        } else {
            closeQuietly(connection);
        }
        readers.release();
    }

    private static java.sql.Connection connect(SqliteSettings settings, boolean readOnly) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(readOnly);
        config.setOpenMode(SQLiteOpenMode.NOMUTEX); // a SqliteConnection serves one thread at a time
        config.setGetGeneratedKeys(false); // would prepare and run another statement after each insert
        config.setBusyTimeout((int) settings.busyTimeout().toMillis());
        return config.createConnection("jdbc:sqlite:" + settings.file().toAbsolutePath());
    }

    private static void createFolderOf(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw new UnavailableException(
                    "folder of " + file + " cannot be created: " + e
                            + "; make its parent writable for this user, or choose another",
                    e);
        }
    }

    private static void closeQuietly(@Nullable SqliteConnection connection) {
        if (connection == null) {
            return;
        }
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.warn("a connection did not close cleanly; acknowledged writes are safe", e);
        }
    }
}
