package io.llmtrace.storage.sqlite;

import io.llmtrace.storage.NotSupportedException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
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
 * The open file: one connection that writes, some that read and never wait for it (WAL), transactions, and errors of the
 * contract instead of SQLite's.
 */
final class Database implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Database.class);

    private static final int MAX_READERS = 8;
    private static final int PAGE_BYTES = 4096;
    /** 64 MiB of log before it is copied into the file: pages written often are copied once. */
    private static final int CHECKPOINT_PAGES = (64 << 20) / PAGE_BYTES;

    private final SqliteSettings settings;
    private final SqliteErrors errors;
    private final QueryWatch watch;
    private final @Nullable StoreLock lock;
    private final @Nullable Session writer;
    private final @Nullable Object fileKey;
    private final ReentrantLock writing = new ReentrantLock(true);
    private final Semaphore readers = new Semaphore(MAX_READERS, true);
    private final Deque<Session> idleReaders = new ArrayDeque<>();
    /** Held for reading by every call, for writing by close: which so waits for them. */
    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();

    private boolean closed;

    private Database(SqliteSettings settings, @Nullable StoreLock lock, @Nullable Session writer) {
        this.settings = settings;
        this.errors = new SqliteErrors(settings);
        this.watch = new QueryWatch(settings.queryTimeout());
        this.lock = lock;
        this.writer = writer;
        this.fileKey = fileKey(settings.file());
    }

    /** @throws StorageException if the file cannot be opened; nothing stays open then */
    static Database open(SqliteSettings settings, Migrations migrations) {
        return settings.readOnly() ? openForReading(settings, migrations) : openForWriting(settings, migrations);
    }

    private static Database openForReading(SqliteSettings settings, Migrations migrations) {
        if (!Files.isRegularFile(settings.file())) {
            throw new UnavailableException(
                    settings.file() + " does not exist: check the path, or store something first");
        }
        Database database = new Database(settings, null, null);
        try {
            database.read(session -> migrations.requireReadable(session, settings.file()));
            return database;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private static Database openForWriting(SqliteSettings settings, Migrations migrations) {
        createFolderOf(settings.file());
        StoreLock lock = StoreLock.acquire(settings.file());
        Session session = null;
        try {
            session = new Session(connect(settings, false));
            // Both count only for a file that is still empty.
            session.execute("PRAGMA page_size = " + PAGE_BYTES);
            session.execute("PRAGMA auto_vacuum = INCREMENTAL");
            session.execute("PRAGMA journal_mode = WAL");
            session.execute("PRAGMA synchronous = " + settings.synchronous());
            session.execute("PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
            session.execute("PRAGMA journal_size_limit = " + (long) CHECKPOINT_PAGES * PAGE_BYTES);
            session.execute("PRAGMA cache_size = -65536");
            session.execute("PRAGMA temp_store = MEMORY");
            // What is deleted is overwritten where its page is written anyway; pages freed whole leave the file.
            session.execute("PRAGMA secure_delete = FAST");
            migrations.run(session, settings.file());
            if (settings.maxSizeMb() > 0) {
                session.execute("PRAGMA max_page_count = " + ((long) settings.maxSizeMb() << 20) / PAGE_BYTES);
            }
            return new Database(settings, lock, session);
        } catch (SQLException e) {
            closeQuietly(session);
            lock.close();
            throw new SqliteErrors(settings).typed(e);
        } catch (RuntimeException e) {
            closeQuietly(session);
            lock.close();
            throw e;
        }
    }

    SqliteSettings settings() {
        return settings;
    }

    /** A consistent view of one moment. Many run at a time. */
    <T> T read(Session.Work<T> work) {
        return alive(() -> {
            Session session = takeReader();
            boolean sound = false;
            try (QueryWatch.Run run = watch.begin(session)) {
                T result = session.transaction("BEGIN", work);
                sound = true;
                return result;
            } catch (StorageException | IllegalArgumentException e) {
                sound = true;
                throw e;
            } finally {
                giveBack(session, sound);
            }
        });
    }

    /** One transaction that is durable when this returns, or did not happen. One runs at a time. */
    <T> T write(Session.Work<T> work) {
        return onWriter(session -> session.transaction("BEGIN IMMEDIATE", work));
    }

    /** Like {@link #write}, for what SQLite runs outside of transactions, such as a vacuum. */
    <T> T onWriter(Session.Work<T> work) {
        Session session = writer;
        if (session == null) {
            requireOpen();
            throw new NotSupportedException(
                    settings.file() + " is open for reading only (mode=ro): open it without mode=ro to write");
        }
        return alive(() -> {
            writing.lock();
            try {
                return work.run(session);
            } finally {
                writing.unlock();
            }
        });
    }

    /** Whether another thread waits for the end of the write that is under way. */
    boolean isWriteWaiting() {
        return writing.hasQueuedThreads();
    }

    /** {@link #write} without a result. */
    void change(Session.Action action) {
        write(session -> {
            action.run(session);
            return true;
        });
    }

    /** {@link #onWriter} without a result. */
    void actOnWriter(Session.Action action) {
        onWriter(session -> {
            action.run(session);
            return true;
        });
    }

    boolean readOnly() {
        return writer == null;
    }

    @Override
    public void close() {
        life.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            watch.close();
            idleReaders.forEach(Database::closeQuietly);
            idleReaders.clear();
            closeQuietly(writer); // the last connection copies the log into the file
            if (lock != null) {
                lock.close();
            }
        } finally {
            life.writeLock().unlock();
        }
    }

    private interface Call<T> {
        T run() throws SQLException;
    }

    private <T> T alive(Call<T> call) {
        life.readLock().lock();
        try {
            requireOpen();
            requireSameFile();
            return call.run();
        } catch (SQLException e) {
            throw errors.typed(e);
        } finally {
            life.readLock().unlock();
        }
    }

    /** @throws IllegalStateException after {@link #close} */
    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("repository is closed: sqlite:" + settings.file());
        }
    }

    /** A file that was removed is still read and written through the open handle, and what is written goes with it. */
    private void requireSameFile() {
        if (!Objects.equals(fileKey, fileKey(settings.file()))) {
            throw new UnavailableException(
                    settings.file() + " was removed or replaced while open: put it back, then start again");
        }
    }

    private Session takeReader() throws SQLException {
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
        Session idle;
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

    private Session newReader() throws SQLException {
        Session session = new Session(connect(settings, true));
        session.execute("PRAGMA cache_size = -16384");
        session.execute("PRAGMA temp_store = MEMORY");
        session.execute("PRAGMA mmap_size = " + (256L << 20));
        return session;
    }

    private void giveBack(Session session, boolean sound) {
        if (sound) {
            synchronized (idleReaders) {
                idleReaders.push(session);
            }
        } else {
            closeQuietly(session);
        }
        readers.release();
    }

    private static java.sql.Connection connect(SqliteSettings settings, boolean readOnly) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(readOnly);
        config.setOpenMode(SQLiteOpenMode.NOMUTEX); // a session serves one thread at a time
        config.setGetGeneratedKeys(false); // would prepare and run another statement after each insert
        config.setBusyTimeout((int) settings.busyTimeout().toMillis());
        return config.createConnection("jdbc:sqlite:" + settings.file().toAbsolutePath());
    }

    private static void createFolderOf(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw new UnavailableException("folder of " + file + " cannot be created: " + e, e);
        }
    }

    /** What tells the file from another under the same name; null where there is none. */
    private static @Nullable Object fileKey(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
    }

    private static void closeQuietly(@Nullable Session session) {
        if (session == null) {
            return;
        }
        try {
            session.close();
        } catch (SQLException e) {
            log.warn("connection did not close cleanly; what was acknowledged is safe", e);
        }
    }
}
