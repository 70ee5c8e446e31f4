package io.llmtrace.ingest.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A lock that keeps a second process from using a spool. The kernel releases it however this process ends. */
final class SpoolLock implements AutoCloseable {

    /**
     * The files that this process has locked. It must not open them again: closing a file gives up all locks that the process has on
     * it, and another process could use the spool, too.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private SpoolLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** @throws IOException if another process, or another spool of this process, holds the lock */
    static SpoolLock acquire(Path file) throws IOException {
        Path held = file.toAbsolutePath().normalize();
        if (!HELD.add(held)) {
            throw new IOException("another spool of this process uses it");
        }
        FileChannel channel = null;
        FileLock lock = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            lock = channel.tryLock();
            if (lock == null) {
                throw new IOException("another process uses it");
            }
            return new SpoolLock(held, channel);
        } finally {
            if (lock == null) {
                HELD.remove(held);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            HELD.remove(file);
        }
    }
}
