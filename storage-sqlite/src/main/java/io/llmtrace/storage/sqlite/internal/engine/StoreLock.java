package io.llmtrace.storage.sqlite.internal.engine;

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
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a store to one writing process: a lock on {@code FILE.lock}, which the operating system releases when the process ends,
 * however it ends. The file holds the id of that process, for the message that the next one gets, and below it what identifies the
 * files that it has open.
 */
final class StoreLock implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StoreLock.class);

    private static final int MAX_NOTE_BYTES = 4096;

    /**
     * The lock files of this process, checked before a lock is tried: POSIX releases all locks of a process on a file when it
     * closes any channel to that file, so closing after a failed attempt would release the lock that is held.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final @Nullable Object fileKey;
    private final FileChannel channel;

    private StoreLock(Path file, FileChannel channel) {
        this.file = file;
        this.fileKey = OpenFiles.keyOf(file);
        this.channel = channel;
    }

    /**
     * Locks the store of a database file.
     *
     * @throws UnavailableException if another process, or another repository of this one, has the store open for writing
     */
    static StoreLock acquire(Path database) {
        Path file = lockFileOf(database);
        if (!HELD.add(file)) {
            throw taken(database, Long.toString(ProcessHandle.current().pid()));
        }
        boolean locked = false;
        try {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                List<String> lines = read(channel);
                channel.close();
                throw taken(database, lines.isEmpty() ? "" : lines.get(0));
            }
            locked = true;
            return new StoreLock(file, channel);
        } catch (AccessDeniedException e) {
            throw new UnavailableException(
                    database + " cannot be opened for writing: its folder or " + file.getFileName()
                            + " is not writable; make them writable, or open it with ?mode=ro",
                    e);
        } catch (IOException e) {
            throw new UnavailableException(database + " cannot be opened for writing: " + e, e);
        } finally {
            if (!locked) {
                HELD.remove(file);
            }
        }
    }

    /** Returns what the last process to {@link #note} the files of the store noted. */
    List<String> noted() {
        try {
            List<String> lines = read(channel);
            return lines.isEmpty() ? lines : lines.subList(1, lines.size());
        } catch (IOException e) {
            LOG.warn("{} cannot be read: {}", file, e.toString());
            return List.of();
        }
    }

    /** Writes the id of this process, and lines about the files of the store. On a full disk the lock is held without them. */
    void note(List<String> files) {
        String lines = Stream.concat(
                        Stream.of(Long.toString(ProcessHandle.current().pid())), files.stream())
                .collect(Collectors.joining("\n"));
        try {
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8)), 0);
        } catch (IOException e) {
            LOG.warn("{} cannot be written, and holds no process id: {}", file, e.toString());
        }
    }

    /** Reads through the channel that may hold the lock, since closing another one would release it. */
    private static List<String> read(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MAX_NOTE_BYTES);
        channel.read(bytes, 0);
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    /**
     * Checks that the lock file is still the one that is locked.
     *
     * @throws UnavailableException if it was removed or replaced: another process may have locked the new one, and be writing
     */
    void requireHeld() {
        if (!Files.exists(file) || !Objects.equals(fileKey, OpenFiles.keyOf(file))) {
            throw new UnavailableException(file
                    + " was removed or replaced while the store was open, so that another process may be writing to"
                    + " the store: end all of them, then start one again");
        }
    }

    private static UnavailableException taken(Path database, String holder) {
        return new UnavailableException(database + " is open for writing"
                + (holder.isEmpty() ? "" : " in process " + holder)
                + ": end it, reach the store through its server, or open it with ?mode=ro for reading");
    }

    /** Next to the file itself, not to a symbolic link to it. */
    private static Path lockFileOf(Path database) {
        Path real = OpenFiles.realPath(database);
        return real.resolveSibling(real.getFileName() + ".lock");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UnavailableException("the lock file cannot be closed: " + e, e);
        } finally {
            HELD.remove(file);
        }
    }
}
