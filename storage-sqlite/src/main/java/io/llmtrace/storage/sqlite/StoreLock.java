package io.llmtrace.storage.sqlite;

import io.llmtrace.storage.UnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * One writing process for each store: a lock on {@code FILE.lock}, which the operating system frees when the process ends,
 * however it ends. The file holds the process id, for the message to the second one.
 */
final class StoreLock implements AutoCloseable {

    private final FileChannel channel;

    private StoreLock(FileChannel channel) {
        this.channel = channel;
    }

    /** @throws UnavailableException if another process, or another repository of this one, has the store open for writing */
    static StoreLock acquire(Path database) {
        Path file = database.resolveSibling(database.getFileName() + ".lock");
        try {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                String holder = Files.readString(file, StandardCharsets.UTF_8).strip();
                channel.close();
                throw new UnavailableException(database + " is open for writing"
                        + (holder.isEmpty() ? "" : " in process " + holder)
                        + ": end it, reach the store through its server, or open it with ?mode=ro for reading");
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
            return new StoreLock(channel);
        } catch (AccessDeniedException e) {
            throw new UnavailableException(
                    database + " cannot be opened for writing: its folder or " + file.getFileName()
                            + " is not writable; make it so, or open it with ?mode=ro",
                    e);
        } catch (IOException e) {
            throw new UnavailableException(database + " cannot be opened for writing: " + e, e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UnavailableException("lock file cannot be closed: " + e, e);
        }
    }
}
