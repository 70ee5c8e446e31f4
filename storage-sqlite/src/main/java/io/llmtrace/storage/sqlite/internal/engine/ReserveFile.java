package io.llmtrace.storage.sqlite.internal.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code FILE-reserve}: space that is taken while there is some, and given up when a delete finds the disk full. A check of the
 * free space alone would not help when another program fills the disk. Thread-safe.
 */
final class ReserveFile {

    private static final Logger LOG = LoggerFactory.getLogger(ReserveFile.class);

    private static final int CHUNK_BYTES = 1 << 16;

    private final Path path;
    private long bytes;

    ReserveFile(Path database) {
        this.path = database.resolveSibling(database.getFileName() + "-reserve");
        refresh();
    }

    /** Reads the size again: somebody may have removed the file to get at its space. */
    synchronized void refresh() {
        try {
            bytes = Files.exists(path) ? Files.size(path) : 0;
        } catch (IOException e) {
            bytes = 0;
        }
    }

    synchronized long bytes() {
        return bytes;
    }

    /**
     * Appends until the file has a size. Random content, since a file system may store zeros without taking space for them.
     *
     * @return whether it has that size; if not, the disk has no room for it
     */
    synchronized boolean growTo(long wanted) {
        if (bytes >= wanted) {
            return true;
        }
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            SplittableRandom random = new SplittableRandom();
            byte[] chunk = new byte[CHUNK_BYTES];
            while (bytes < wanted) {
                random.nextBytes(chunk);
                ByteBuffer next = ByteBuffer.wrap(chunk, 0, (int) Math.min(CHUNK_BYTES, wanted - bytes));
                while (next.hasRemaining()) {
                    bytes += channel.write(next);
                }
            }
            return true;
        } catch (IOException e) {
            LOG.debug("{} has {} bytes instead of {}", path, bytes, wanted, e);
            return false;
        }
    }

    /** Gives a part of the space back, if it has more. Returns whether it did. */
    synchronized boolean shrinkBy(long part) {
        refresh();
        if (bytes <= part) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(bytes - part);
            bytes -= part;
            return true;
        } catch (IOException e) {
            LOG.debug("{} cannot be truncated", path, e);
            return false;
        }
    }

    /** Removes the file. Returns whether that gave space back. */
    synchronized boolean release() {
        try {
            boolean released = Files.deleteIfExists(path) && bytes > 0;
            bytes = 0;
            return released;
        } catch (IOException e) {
            LOG.warn("{} cannot be removed: {}", path, e.toString());
            return false;
        }
    }
}
