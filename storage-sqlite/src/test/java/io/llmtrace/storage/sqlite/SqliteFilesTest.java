package io.llmtrace.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.sqlite.internal.engine.Database;
import io.llmtrace.storage.sqlite.internal.engine.WriteKind;
import io.llmtrace.storage.sqlite.internal.upkeep.Backfills;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Gives the files of a store further names, and removes or replaces them, while it is open or after its process was killed. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "open files can be neither removed nor replaced there")
final class SqliteFilesTest {

    private static final UUID TENANT = UUID.randomUUID();

    @TempDir
    private Path folder;

    private Path file;
    private Path log;

    @BeforeEach
    void name() {
        file = folder.resolve("traces.db");
        log = folder.resolve("traces.db-wal");
    }

    @Test
    void secondWriter_throughASymbolicLink_isTurnedAway() throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        Path link = Files.createSymbolicLink(other.resolve("link.db"), Path.of("../traces.db"));
        Path linkToLink = Files.createSymbolicLink(other.resolve("again.db"), link);
        try (SqliteTraceRepository first = SqliteTraceRepository.open(link)) { // the file does not exist yet
            first.storeSpan(span(1));
            for (Path name : new Path[] {file, link, linkToLink}) {
                assertThatThrownBy(() -> SqliteTraceRepository.open(name))
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageStartingWith(name + " is open for writing in process "
                                + ProcessHandle.current().pid());
            }
        }
        try (SqliteTraceRepository again = SqliteTraceRepository.open(linkToLink)) {
            assertThat(again.stats(TENANT).totalSpans()).isEqualTo(1);
        }
    }

    @Test
    void fileWithAHardLink_isNotOpenedForWriting() throws Exception {
        Path link = Files.createDirectory(folder.resolve("other")).resolve("traces.db");
        try (SqliteTraceRepository first = SqliteTraceRepository.open(file)) {
            first.storeSpan(span(1));
            Files.createLink(link, file);
            assertThatThrownBy(() -> SqliteTraceRepository.open(link))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage(
                            link + " has 2 names (hard links), and another process may be writing to it under one of"
                                    + " them: remove the others, or use a copy of the file");
            first.storeSpan(span(2));
        }
        Files.delete(link);
        try (SqliteTraceRepository again = SqliteTraceRepository.open(file)) {
            assertThat(again.stats(TENANT).totalSpans()).isEqualTo(2);
        }
    }

    @Test
    void removedLock_endsWrites_butNotReads() throws Exception {
        Path lock = folder.resolve("traces.db.lock");
        try (SqliteTraceRepository first = SqliteTraceRepository.open(file)) {
            first.storeSpan(span(1));
            Files.delete(lock);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> first.storeSpan(span(2)))
                        .isInstanceOf(UnavailableException.class)
                        .hasMessage(lock + " was removed or replaced while the store was open, so that another process"
                                + " may be writing to the store: end all of them, then start one again");
                Files.writeString(lock, "another one");
            }
            assertThat(first.stats(TENANT).totalSpans()).isEqualTo(1);
            assertThat(first.check().state()).isEqualTo(StoreHealth.State.READ_ONLY);
        }
    }

    @Test
    void removedLog_endsTheStore_andWhatItHeldIsInTheFile() throws Exception {
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            repository.storeSpan(span(1));
            Files.delete(log);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> repository.storeSpan(span(2)))
                        .isInstanceOf(UnavailableException.class)
                        .hasMessage(log + " was removed or replaced while open; what it held is in " + file
                                + " now: start again");
                Files.writeString(log, "another one");
            }
            assertThat(repository.check().state()).isEqualTo(StoreHealth.State.DOWN);

            Path killed = Files.copy(file, folder.resolve("killed.db"));
            try (SqliteTraceRepository again = SqliteTraceRepository.open(killed)) {
                assertThat(again.getSpan(TENANT, span(1).spanId())).contains(span(1));
            }
        }
    }

    @Test
    void emptiedFile_endsTheStore() throws Exception {
        try (Database database = Database.open(SqliteSettings.of(file), Backfills.MIGRATIONS)) {
            assertThat(database.shrinkLog()).isTrue();
            truncate(0);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> write(database))
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageStartingWith(file + " was emptied or truncated while open (0 bytes, ")
                        .hasMessageEndingWith(" after the last write): restore a copy, then start again");
            }
            assertThatThrownBy(() -> database.read(connection -> connection.number("SELECT 1")))
                    .isInstanceOf(UnavailableException.class);
        }
    }

    @Test
    void truncatedFile_takesNoMoreWrites() throws Exception {
        SqliteTraceRepository.open(file).close();
        try (Database database = Database.open(SqliteSettings.of(file), Backfills.MIGRATIONS)) {
            write(database);
            truncate(Files.size(file) / 2);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> write(database))
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageStartingWith(file + " was emptied or truncated while open (");
            }
        }
    }

    private static void write(Database database) {
        database.write(
                WriteKind.UPKEEP,
                connection -> connection.update("UPDATE counters SET value = value + 1 WHERE name = 'writes'"));
    }

    @Test
    void emptyOrMissingFile_nextToItsLog_isRefused_andTheLogIsKept() throws Exception {
        Path crashed = Files.createDirectory(folder.resolve("crashed")).resolve("traces.db");
        Path crashedLog = crashed.resolveSibling("traces.db-wal");
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            repository.storeSpan(span(1));
            Files.copy(log, crashedLog);
        }
        long bytes = Files.size(crashedLog);
        String message = crashed + " is missing or empty, but " + crashedLog + " holds " + bytes
                + " bytes of it: put the file back or restore a copy of both, or remove traces.db-wal to start with an"
                + " empty store";
        assertThatThrownBy(() -> SqliteTraceRepository.open(crashed))
                .isInstanceOf(CorruptStoreException.class)
                .hasMessage(message);
        Files.createFile(crashed);
        for (String mode : new String[] {"rw", "ro"}) {
            assertThatThrownBy(() -> TraceRepositories.open("sqlite:" + crashed + "?mode=" + mode))
                    .isInstanceOf(CorruptStoreException.class)
                    .hasMessage(message);
        }
        assertThat(crashedLog).hasSize(bytes);

        Files.delete(crashedLog);
        SqliteTraceRepository.open(crashed).close();
    }

    @Test
    void fileReplacedAfterACrash_isRefused_andLeftAlone() throws Exception {
        Path other = folder.resolve("other.db");
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(other)) {
            repository.storeSpan(span(1));
        }
        writeAndKill();
        byte[] otherBytes = Files.readAllBytes(other);
        Path former = Files.move(file, folder.resolve("former.db"));
        Files.move(other, file);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> SqliteTraceRepository.open(file))
                    .isInstanceOf(CorruptStoreException.class)
                    .hasMessage(file + " was replaced by another file, but " + log
                            + " is still that of the former one: put the former file back, or restore a copy of both,"
                            + " or remove traces.db-wal, which loses the last writes to the former file");
        }
        assertThat(file).hasBinaryContent(otherBytes);

        Files.move(file, other);
        Files.move(former, file);
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            assertThat(repository.stats(WriterProcess.TENANT).totalTraces()).isPositive();
        }
    }

    @Test
    void filesCopiedAfterACrash_areOpened() throws Exception {
        writeAndKill();
        Path copy = Files.createDirectory(folder.resolve("copy")).resolve("traces.db");
        for (String name : new String[] {"traces.db", "traces.db-wal", "traces.db.lock"}) {
            Files.copy(folder.resolve(name), copy.resolveSibling(name), StandardCopyOption.COPY_ATTRIBUTES);
        }
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(copy)) {
            assertThat(repository.stats(WriterProcess.TENANT).totalTraces()).isPositive();
        }
    }

    /** Kills a process that has stored some traces. */
    private void writeAndKill() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        WriterProcess.class.getName(),
                        file.toString(),
                        "0")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(output.readLine()).isEqualTo("stored 0");
            process.destroyForcibly();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(log).isNotEmptyFile();
    }

    private void truncate(long bytes) throws Exception {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
    }

    private static TraceSpan span(int number) {
        return TraceSpan.builder(
                        TENANT,
                        new UUID(1, number),
                        new UUID(0, number),
                        "chat",
                        Instant.parse("2026-01-01T00:00:00Z").plusMillis(number))
                .build();
    }
}
