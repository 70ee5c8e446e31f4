package io.llmtrace.dev.clickhouse;

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

/** A folder that one process has to itself, by a lock that goes with the process. Temporary ones are removed on close. */
final class ServerFolder implements AutoCloseable {

    private static final String TEMPORARY_PREFIX = "llmtrace-clickhouse-";
    /** A younger folder may belong to a process that is about to lock it. */
    private static final Duration LEFT_OVER_AGE = Duration.ofMinutes(1);

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
        removeLeftOvers(parent);
        return open(Files.createTempDirectory(parent, TEMPORARY_PREFIX), true);
    }

    static ServerFolder kept(Path folder) throws IOException {
        Files.createDirectories(folder);
        return open(folder.toAbsolutePath().normalize(), false);
    }

    private static ServerFolder open(Path folder, boolean temporary) throws IOException {
        FileChannel lock = tryLock(folder);
        if (lock == null) {
            throw new ClickHouseStartException("a server runs in " + folder
                    + " already, started by another process: end that one, or take another folder");
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
            // held by this process: no lock
        }
        if (lock == null) {
            channel.close();
            return null;
        }
        return channel;
    }

    /** Folders of processes that were killed, and so could not remove them. */
    private static void removeLeftOvers(Path parent) throws IOException {
        Instant limit = Instant.now().minus(LEFT_OVER_AGE);
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
                // Another user's, or removed by another process at the same time: not ours to care about.
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
