package io.llmtrace.dev.clickhouse.internal.server;

import io.llmtrace.dev.clickhouse.ClickHouseStartException;
import io.llmtrace.dev.clickhouse.internal.engine.Folders;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A folder that a process locks for itself as long as it lives. A temporary folder is deleted on close. */
final class ServerFolder implements AutoCloseable {

    private static final String TEMPORARY_PREFIX = "llmtrace-clickhouse-";
    /** The age from which an unlocked folder is abandoned; a younger one may belong to a process that is about to lock it. */
    private static final Duration ABANDONED_AGE = Duration.ofMinutes(1);

    /**
     * The folders that this process has locked. It must not open their lock files again: closing a file gives up all locks that the
     * process has on it, and another process would take the folder for abandoned and delete it under the running server.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final boolean temporary;
    private final FileChannel lock;

    private ServerFolder(Path folder, boolean temporary, FileChannel lock) {
        this.folder = folder;
        this.temporary = temporary;
        this.lock = lock;
    }

    static ServerFolder temporary() throws IOException {
        Path parent = Path.of(System.getProperty("java.io.tmpdir"));
        removeAbandoned(parent);
        return open(Files.createTempDirectory(parent, TEMPORARY_PREFIX), true);
    }

    static ServerFolder kept(Path folder) throws IOException {
        Files.createDirectories(folder);
        return open(folder.toAbsolutePath().normalize(), false);
    }

    private static ServerFolder open(Path folder, boolean temporary) throws IOException {
        FileChannel lock = tryLock(folder);
        if (lock == null) {
            throw new ClickHouseStartException("a server started by another process already runs in " + folder
                    + ": end that one, or choose another folder");
        }
        return new ServerFolder(folder, temporary, lock);
    }

    /** Returns the lock of a folder; null if a process has it, be it this one. */
    @SuppressWarnings("resource") // the lock is released by closing its channel
    private static @Nullable FileChannel tryLock(Path folder) throws IOException {
        if (!HELD.add(folder)) {
            return null;
        }
        FileChannel channel = null;
        FileLock lock = null;
        try {
            channel = FileChannel.open(
                    new ServerFiles(folder).lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            lock = channel.tryLock();
            return lock == null ? null : channel;
        } finally {
            if (lock == null) {
                HELD.remove(folder);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    /** Deletes the folders of processes that were killed and could not delete them. */
    private static void removeAbandoned(Path parent) throws IOException {
        Instant limit = Instant.now().minus(ABANDONED_AGE);
        List<Path> folders;
        try (Stream<Path> children = Files.list(parent)) {
            folders = children.filter(child -> child.getFileName().toString().startsWith(TEMPORARY_PREFIX))
                    .toList();
        }
        for (Path each : folders) {
            try {
                if (Files.getLastModifiedTime(each).toInstant().isBefore(limit)) {
                    removeUnlessLocked(each);
                }
            } catch (IOException e) {
                // The folder belongs to another user, or another process deletes it at the same time.
            }
        }
    }

    private static void removeUnlessLocked(Path folder) throws IOException {
        FileChannel lock = tryLock(folder);
        if (lock == null) {
            return;
        }
        try (lock) {
            Folders.delete(folder);
        } finally {
            HELD.remove(folder);
        }
    }

    Path path() {
        return folder;
    }

    boolean isTemporary() {
        return temporary;
    }

    @Override
    public void close() throws IOException {
        try (lock) {
            if (temporary) {
                Folders.delete(folder);
            }
        } finally {
            HELD.remove(folder);
        }
    }
}
