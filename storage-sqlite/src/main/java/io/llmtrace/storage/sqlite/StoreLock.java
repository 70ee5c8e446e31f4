package io.llmtrace.storage.sqlite;

import io.llmtrace.storage.UnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One writing process for each store: a lock on {@code FILE.lock}, which the operating system frees when the process ends,
 * however it ends. The file holds the process id, for the message to the second one.
 */
final class StoreLock implements AutoCloseable {

    /**
     * What this process has locked. Asked first: POSIX drops all locks of a process on a file as soon as it closes the file
     * once, so that trying in vain and closing would free the lock of the one who has it.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private StoreLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** @throws UnavailableException if another process, or another repository of this one, has the store open for writing */
    static StoreLock acquire(Path database) {
        Path file = realPath(database.resolveSibling(database.getFileName() + ".lock"));
        if (!HELD.add(file)) {
            throw taken(database, Long.toString(ProcessHandle.current().pid()));
        }
        boolean locked = false;
        try {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                String holder = Files.readString(file, StandardCharsets.UTF_8).strip();
                channel.close();
                throw taken(database, holder);
            }
            locked = true;
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
            return new StoreLock(file, channel);
        } catch (AccessDeniedException e) {
            throw new UnavailableException(
                    database + " cannot be opened for writing: its folder or " + file.getFileName()
                            + " is not writable; make it so, or open it with ?mode=ro",
                    e);
        } catch (IOException e) {
            throw new UnavailableException(database + " cannot be opened for writing: " + e, e);
        } finally {
            if (!locked) {
                HELD.remove(file);
            }
        }
    }

    private static UnavailableException taken(Path database, String holder) {
        return new UnavailableException(database + " is open for writing"
                + (holder.isEmpty() ? "" : " in process " + holder)
                + ": end it, reach the store through its server, or open it with ?mode=ro for reading");
    }

    /** The same for every name of the file. */
    private static Path realPath(Path file) {
        try {
            return Objects.requireNonNull(file.toAbsolutePath().getParent())
                    .toRealPath()
                    .resolve(file.getFileName());
        } catch (IOException e) {
            return file.toAbsolutePath().normalize();
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UnavailableException("lock file cannot be closed: " + e, e);
        } finally {
            HELD.remove(file);
        }
    }
}
