package io.llmtrace.storage.sqlite.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.sqlite.SqliteSettings;
import java.io.File;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

class WriteRoomTest {

    private static final int PAGE_BYTES = 4096;
    private static final long MIB = 1 << 20;

    @TempDir
    Path folder;

    /** What is in the log only must fit into the reserve, when another program fills the disk. */
    @Test
    void transaction_roomIsScarceAndTheGrowthExceedsHalfOfTheReserve_isCopiedIntoTheFile() throws Exception {
        Disk disk = new Disk(file(), 1024 * MIB, 100 * MIB);
        SqliteConnection connection = connect();
        try {
            WriteRoom room = new WriteRoom(SqliteSettings.of(file()), PAGE_BYTES, disk);
            assertThat(room.restoreReserve(connection)).isTrue();
            assertThat(Files.size(folder.resolve("t.db-reserve"))).isEqualTo(MIB);

            insert(room, connection, 100_000);
            assertThat(Files.size(log())).isPositive();
            insert(room, connection, 500_000);

            assertThat(Files.size(log())).isZero();
            assertThat(disk.length()).isGreaterThan(600_000);
        } finally {
            connection.close();
        }
    }

    /** As some network file systems do. */
    @Test
    void transaction_fileSystemReportsNoSize_spansAreStored() throws Exception {
        SqliteConnection connection = connect();
        try {
            WriteRoom room = new WriteRoom(SqliteSettings.of(file()), PAGE_BYTES, new Disk(file(), 0, 0));
            insert(room, connection, 1_000);

            assertThat(connection.number("SELECT count(*) FROM t")).isEqualTo(1);
            assertThat(room.lackOfRoom(connection)).isNull();
        } finally {
            connection.close();
        }
    }

    @Test
    void delete_isCommittedAndCleaningUpFails_counts() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        AtomicBoolean failing = new AtomicBoolean();
        SqliteConnection connection = new SqliteConnection(failingWhen(failing));
        try {
            connection.execute("CREATE TABLE t (number INTEGER)");
            connection.execute("INSERT INTO t VALUES (1), (2), (3)");
            WriteRoom room = new WriteRoom(SqliteSettings.of(file()), PAGE_BYTES);
            int removed = room.transaction(connection, WriteKind.DELETES, s -> {
                if (runs.getAndIncrement() == 0) {
                    throw new SQLiteException("as on a full disk", SQLiteErrorCode.SQLITE_FULL);
                }
                failing.set(true);
                return s.update("DELETE FROM t WHERE number = 3");
            });

            assertThat(removed).isEqualTo(1);
            assertThat(runs).hasValue(2);
            assertThat(connection.number("SELECT count(*) FROM t")).isEqualTo(2);
        } finally {
            connection.close();
        }
    }

    /** Otherwise its log could take all space, and never be copied into the file. */
    @Test
    void delete_growthExceedsTheReserve_isRunAgainWithSpaceSetAsideForIt() throws Exception {
        Disk disk = new Disk(file(), 1024 * MIB, 10 * MIB);
        AtomicInteger runs = new AtomicInteger();
        SqliteConnection connection = connect();
        try {
            WriteRoom room = new WriteRoom(SqliteSettings.of(file()), PAGE_BYTES, disk);
            room.transaction(connection, WriteKind.DELETES, s -> {
                runs.incrementAndGet();
                return s.update("INSERT INTO t VALUES (randomblob(600000))");
            });

            assertThat(runs).hasValue(2);
            assertThat(Files.size(folder.resolve("t.db-reserve"))).isEqualTo(MIB);
            assertThat(Files.size(log())).isZero();
            assertThat(disk.length()).isGreaterThan(600_000);
            assertThat(connection.number("SELECT count(*) FROM t")).isEqualTo(1);
        } finally {
            connection.close();
        }
    }

    @Test
    void delete_growthExceedsAllSpaceThatCanBeSetAside_isRefused() throws Exception {
        Disk disk = new Disk(file(), 1024 * MIB, 10 * MIB);
        SqliteConnection connection = connect();
        try {
            WriteRoom room = new WriteRoom(SqliteSettings.of(file()), PAGE_BYTES, disk);

            assertThatThrownBy(() -> room.transaction(
                            connection,
                            WriteKind.DELETES,
                            s -> s.update("INSERT INTO t VALUES (randomblob(" + 2 * MIB + "))")))
                    .isInstanceOf(OverloadedException.class)
                    .hasMessageContaining("free some on the disk, then try again");
            assertThat(connection.number("SELECT count(*) FROM t")).isZero();
        } finally {
            connection.close();
        }
    }

    /** Returns a connection that runs prepared statements only, once it is told to fail. */
    private Connection failingWhen(AtomicBoolean failing) throws SQLException {
        Connection target = DriverManager.getConnection("jdbc:sqlite:" + file());
        return (Connection) Proxy.newProxyInstance(
                WriteRoomTest.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (failing.get() && method.getName().equals("createStatement")) {
                        throw new SQLException("the disk has just failed");
                    }
                    return method.invoke(target, arguments);
                });
    }

    private static void insert(WriteRoom room, SqliteConnection connection, int bytes) throws SQLException {
        room.transaction(
                connection, WriteKind.SPANS, s -> s.update("INSERT INTO t VALUES (randomblob(" + bytes + "))"));
    }

    private SqliteConnection connect() throws SQLException {
        SqliteConnection connection = new SqliteConnection(DriverManager.getConnection("jdbc:sqlite:" + file()));
        connection.execute("PRAGMA journal_mode = WAL");
        connection.execute("CREATE TABLE t (bytes BLOB)");
        connection.numberOnce("PRAGMA wal_checkpoint(TRUNCATE)");
        return connection;
    }

    private Path file() {
        return folder.resolve("t.db");
    }

    private Path log() {
        return folder.resolve("t.db-wal");
    }

    /** A file on a file system that says to be of some size. */
    private static final class Disk extends File {
        private static final long serialVersionUID = 1L;

        private final long total;
        private final long usable;

        Disk(Path file, long total, long usable) {
            super(file.toString());
            this.total = total;
            this.usable = usable;
        }

        @Override
        public long getTotalSpace() {
            return total;
        }

        @Override
        public long getUsableSpace() {
            return usable;
        }
    }
}
