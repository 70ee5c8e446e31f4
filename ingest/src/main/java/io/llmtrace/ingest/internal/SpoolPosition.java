package io.llmtrace.ingest.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The position up to which the records of a spool are in the store, kept in a file of 24 bytes, big endian: the number of the
 * spool file, the offset in it, and the CRC-32C of both, 8 bytes each. A position that cannot be read counts as the beginning:
 * storing a record twice does no harm.
 */
final class SpoolPosition implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolPosition.class);

    private static final int BYTES = 3 * Long.BYTES;
    private static final RecordLocation BEGINNING = new RecordLocation(0, 0);

    private final FileChannel channel;

    SpoolPosition(Path file) throws IOException {
        this.channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (channel.size() < BYTES) {
            takeSpace();
        }
    }

    /** A full disk must not keep the position from being written. */
    private void takeSpace() {
        try {
            channel.write(encoded(BEGINNING), 0);
        } catch (IOException e) {
            LOG.debug("the position of the spool cannot be written", e);
        }
    }

    /**
     * Where a record of the spool begins.
     *
     * @param file number of the spool file
     * @param offset in that file, in bytes
     */
    record RecordLocation(long file, long offset) {}

    /** Returns the location of the first record that is not in the store. */
    RecordLocation read() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        if (channel.read(bytes, 0) != BYTES) {
            return BEGINNING;
        }
        bytes.flip();
        RecordLocation location = new RecordLocation(bytes.getLong(), bytes.getLong());
        return bytes.getLong() == checksum(location) ? location : BEGINNING;
    }

    /** Returns once the position is durable. */
    void write(RecordLocation location) throws IOException {
        channel.write(encoded(location), 0);
        channel.force(false);
    }

    private static ByteBuffer encoded(RecordLocation location) {
        return ByteBuffer.allocate(BYTES)
                .putLong(location.file)
                .putLong(location.offset)
                .putLong(checksum(location))
                .flip();
    }

    private static long checksum(RecordLocation location) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(location.file)
                .putLong(location.offset)
                .flip());
        return crc.getValue();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
