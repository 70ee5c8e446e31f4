package io.llmtrace.dev.clickhouse.internal.server;

import io.llmtrace.dev.clickhouse.ClickHouseStartException;
import io.llmtrace.dev.clickhouse.internal.engine.Folders;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A folder that a process locks for itself as long as it lives. A temporary folder is deleted on close. */
final class ServerFolder implements AutoCloseable {

    private static final String TEMPORARY_PREFIX = "llmtrace-clickhouse-";
    /** The age from which an unlocked folder is abandoned; a younger one may belong to a process that is about to lock it. */
    private static final Duration ABANDONED_AGE = Duration.ofMinutes(1);

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

    @SuppressWarnings("resource") // the lock is released by closing its channel
    private static @Nullable FileChannel tryLock(Path folder) throws IOException {
        FileChannel channel =
                FileChannel.open(new ServerFiles(folder).lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // this process holds the lock
        }
        if (lock == null) {
            channel.close();
            return null;
        }
        return channel;
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
        try (FileChannel lock = tryLock(folder)) {
            if (lock != null) {
                Folders.delete(folder);
            }
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
        }
    }
}
