package io.llmtrace.ingest;

import com.github.luben.zstd.Zstd;
import io.llmtrace.storage.InvalidRequestException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file of a spool: records, one behind the other, numbers big endian.
 *
 * <pre>
 *   4 bytes   length of what follows the checksum
 *   4 bytes   CRC-32C of what follows
 *   8 bytes   when it was taken, milliseconds since 1970
 *   1 byte    kind: 0 spans, 1 traces, 2 events
 *   4 bytes   spans in it
 *   4 bytes   length of the JSON
 *   …         the JSON (UTF-8), compressed with Zstandard
 * </pre>
 *
 * A record whose length or checksum is wrong ends the file: what is behind it was never acknowledged, since records are
 * written one after the other and synced before they are.
 */
final class SpoolFile implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolFile.class);

    private static final int HEADER_BYTES = 8;
    private static final int FIXED_BYTES = 17;
    private static final int MAX_RECORD_BYTES = 1 << 30;
    private static final int ZSTD_LEVEL = 1;

    private final Path path;
    private final long number;
    private final FileChannel channel;
    private final Deque<Entry> unread = new ArrayDeque<>();
    private long readOffset;
    private long end;
    private long spans;

    private SpoolFile(Path path, long number, FileChannel channel) {
        this.path = path;
        this.number = number;
        this.channel = channel;
    }

    /** A record that is not stored yet. */
    private record Entry(int bytes, int spans, Instant taken) {}

    static SpoolFile create(Path folder, long number, String suffix) throws IOException {
        Path path = folder.resolve("%020d%s".formatted(number, suffix));
        SpoolFile file = new SpoolFile(
                path,
                number,
                FileChannel.open(
                        path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE));
        syncFolder(folder);
        return file;
    }

    /**
     * @param from what lies before this offset is stored already
     * @param last whether a torn end is what a crash leaves behind
     */
    static SpoolFile open(Path path, long number, long from, boolean last) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        SpoolFile file = new SpoolFile(path, number, channel);
        try {
            file.scan(from, last);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return file;
    }

    private void scan(long from, boolean last) throws IOException {
        long size = channel.size();
        long offset = 0;
        while (true) {
            ByteBuffer record = readRecord(offset, size);
            if (record == null) {
                break;
            }
            int bytes = HEADER_BYTES + record.limit();
            if (offset >= from) {
                add(new Entry(bytes, record.getInt(9), Instant.ofEpochMilli(record.getLong(0))));
            }
            offset += bytes;
        }
        readOffset = Math.min(from, offset);
        end = offset;
        if (end < size) {
            // Not to be read again, when more has been written behind it.
            if (last) {
                LOG.info("{} ends in {} bytes that were never acknowledged", path, size - end);
                channel.truncate(end);
                channel.force(true);
            } else {
                Path copy = path.resolveSibling(path.getFileName() + ".damaged");
                Files.copy(path, copy, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                LOG.error(
                        "{} is damaged at byte {}: {} bytes cannot be read; a copy is in {}",
                        path,
                        end,
                        size - end,
                        copy);
                channel.truncate(end);
            }
        }
    }

    /** What follows the checksum; null where no whole record begins. */
    private @Nullable ByteBuffer readRecord(long offset, long size) throws IOException {
        if (size - offset < HEADER_BYTES + FIXED_BYTES) {
            return null;
        }
        ByteBuffer header = readFully(offset, HEADER_BYTES);
        int length = header.getInt();
        int checksum = header.getInt();
        if (length < FIXED_BYTES || length > MAX_RECORD_BYTES || length > size - offset - HEADER_BYTES) {
            return null;
        }
        ByteBuffer record = readFully(offset + HEADER_BYTES, length);
        return checksum == checksum(record) ? record : null;
    }

    private ByteBuffer readFully(long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw new IOException(path + " has become shorter");
            }
        }
        return bytes.flip();
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }

    /** @throws InvalidRequestException if it is too large for any spool */
    static byte[] record(Submission submission, Instant now) {
        byte[] json = submission.json();
        byte[] compressed = Zstd.compress(json, ZSTD_LEVEL);
        if (compressed.length > MAX_RECORD_BYTES - FIXED_BYTES) {
            throw new InvalidRequestException(
                    "a request of " + json.length + " bytes is too large: send smaller batches");
        }
        ByteBuffer record = ByteBuffer.allocate(HEADER_BYTES + FIXED_BYTES + compressed.length)
                .position(HEADER_BYTES)
                .putLong(now.toEpochMilli())
                .put((byte) submission.kind().ordinal())
                .putInt(submission.count())
                .putInt(json.length)
                .put(compressed);
        int checksum = checksum(record.duplicate().flip().position(HEADER_BYTES));
        record.putInt(0, FIXED_BYTES + compressed.length).putInt(Integer.BYTES, checksum);
        return record.array();
    }

    /** Returns when the records are durable; if it throws, the file is as before, or takes no more. */
    void append(List<byte[]> records, List<Submission> submissions, Instant now) throws IOException {
        long offset = end;
        try {
            for (byte[] record : records) {
                ByteBuffer bytes = ByteBuffer.wrap(record);
                while (bytes.hasRemaining()) {
                    offset += channel.write(bytes, offset);
                }
            }
            channel.force(false);
        } catch (IOException e) {
            channel.truncate(end);
            throw e;
        }
        end = offset;
        for (int i = 0; i < records.size(); i++) {
            add(new Entry(records.get(i).length, submissions.get(i).count(), now));
        }
    }

    private void add(Entry entry) {
        unread.add(entry);
        spans += entry.spans;
    }

    /** The first one always; further ones within the bounds, the second of which is on what they take in the file. */
    List<Submission> oldest(int maxSpans, long maxBytes) throws IOException {
        List<Submission> all = new ArrayList<>();
        long offset = readOffset;
        long count = 0;
        for (Entry entry : unread) {
            count += entry.spans;
            if (!all.isEmpty() && (count > maxSpans || offset - readOffset + entry.bytes > maxBytes)) {
                break;
            }
            all.add(read(offset));
            offset += entry.bytes;
        }
        return all;
    }

    private Submission read(long offset) throws IOException {
        ByteBuffer record = readRecord(offset, end);
        if (record == null) {
            throw new IOException(path + " is damaged at byte " + offset);
        }
        Submission.Kind kind = Submission.Kind.values()[record.get(8)];
        byte[] compressed = new byte[record.limit() - FIXED_BYTES];
        record.get(FIXED_BYTES, compressed);
        return kind.read(Zstd.decompress(compressed, record.getInt(13)));
    }

    void forget(int records) {
        for (int i = 0; i < records; i++) {
            Entry entry = unread.remove();
            readOffset += entry.bytes;
            spans -= entry.spans;
        }
    }

    long number() {
        return number;
    }

    long readOffset() {
        return readOffset;
    }

    long bytes() {
        return end;
    }

    int submissions() {
        return unread.size();
    }

    long spans() {
        return spans;
    }

    /** When the first that is not stored was taken. */
    @Nullable
    Instant oldest() {
        Entry first = unread.peek();
        return first == null ? null : first.taken;
    }

    void delete() throws IOException {
        channel.close();
        Files.delete(path);
        syncFolder(path.toAbsolutePath().getParent());
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.warn("{} cannot be closed", path, e);
        }
    }

    /** So that the names of new and removed files are durable, too. Not every file system can. */
    private static void syncFolder(@Nullable Path folder) {
        if (folder == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            LOG.debug("{} cannot be synced", folder, e);
        }
    }
}
