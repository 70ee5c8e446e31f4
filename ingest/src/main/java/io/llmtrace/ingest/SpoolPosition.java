package io.llmtrace.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Up to where a spool is stored: 8 bytes number of the file, 8 bytes offset in it, 8 bytes CRC-32C of these, big endian. A
 * position that cannot be read is the beginning: what is stored twice is stored once.
 */
final class SpoolPosition implements AutoCloseable {

    private static final int BYTES = 3 * Long.BYTES;

    private final FileChannel channel;

    SpoolPosition(Path file) throws IOException {
        this.channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** @param offset of the first record that is not stored */
    record Place(long file, long offset) {}

    Place read() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        if (channel.read(bytes, 0) != BYTES) {
            return new Place(0, 0);
        }
        bytes.flip();
        Place place = new Place(bytes.getLong(), bytes.getLong());
        return bytes.getLong() == checksum(place) ? place : new Place(0, 0);
    }

    void write(Place place) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES)
                .putLong(place.file)
                .putLong(place.offset)
                .putLong(checksum(place))
                .flip();
        channel.write(bytes, 0);
        channel.force(false);
    }

    private static long checksum(Place place) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(place.file)
                .putLong(place.offset)
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
