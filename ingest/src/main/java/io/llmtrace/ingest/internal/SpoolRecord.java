package io.llmtrace.ingest.internal;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.llmtrace.storage.InvalidRequestException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A record of a spool file. Numbers are big endian.
 *
 * <pre>
 *   4 bytes   length of what follows the checksum
 *   4 bytes   CRC-32C of what follows
 *   8 bytes   time of arrival, milliseconds since 1970
 *   1 byte    kind: 0 spans, 1 traces, 2 events, 3 delete
 *   4 bytes   number of spans; 0 for a delete
 *   4 bytes   length of the JSON
 *   …         the JSON (UTF-8), compressed with Zstandard
 * </pre>
 *
 * The JSON of a delete is {@code {"tenant_id": …, "trace_ids": […]}}: what stands before it of these traces is not stored.
 *
 * @param bytes of the whole record
 * @param content what follows the checksum
 */
record SpoolRecord(int bytes, ByteBuffer content) {

    private static final int HEADER_BYTES = 8;
    private static final int FIXED_BYTES = 17;
    private static final int MAX_RECORD_BYTES = 1 << 30;
    private static final int ZSTD_LEVEL = 1;
    private static final int ZSTD_MAGIC = 0x28B52FFD;
    private static final byte DELETE = 3;

    /** The least that a record has: all but the rest of the compressed JSON. */
    static final int MIN_BYTES = HEADER_BYTES + FIXED_BYTES + Integer.BYTES;

    /**
     * Encodes a submission.
     *
     * @throws InvalidRequestException if it is too large for any spool
     */
    static byte[] encode(Submission submission, Instant now) {
        return encode(submission.json(), (byte) submission.kind().ordinal(), submission.count(), now);
    }

    /** Encodes a delete. */
    static byte[] encode(UUID tenantId, Set<UUID> traceIds, Instant now) {
        return encode(SpooledDelete.json(tenantId, traceIds), DELETE, 0, now);
    }

    private static byte[] encode(byte[] json, byte kind, int count, Instant now) {
        byte[] compressed = Zstd.compress(json, ZSTD_LEVEL);
        if (compressed.length > MAX_RECORD_BYTES - FIXED_BYTES) {
            throw new InvalidRequestException(
                    "a request of " + json.length + " bytes is too large: send smaller batches");
        }
        ByteBuffer record = ByteBuffer.allocate(HEADER_BYTES + FIXED_BYTES + compressed.length)
                .position(HEADER_BYTES)
                .putLong(now.toEpochMilli())
                .put(kind)
                .putInt(count)
                .putInt(json.length)
                .put(compressed);
        int checksum = checksum(record.duplicate().flip().position(HEADER_BYTES));
        record.putInt(0, FIXED_BYTES + compressed.length).putInt(Integer.BYTES, checksum);
        return record.array();
    }

    /**
     * Returns the record that begins at an offset; null if there is no intact one.
     *
     * @param limit where it ends at the latest
     */
    static @Nullable SpoolRecord read(FileChannel channel, long offset, long limit) throws IOException {
        ByteBuffer start = readFully(channel, offset, (int) Math.min(MIN_BYTES, Math.max(0, limit - offset)));
        if (start == null || start.limit() < MIN_BYTES || !canBegin(start, 0, limit - offset)) {
            return null;
        }
        ByteBuffer content = readFully(channel, offset + HEADER_BYTES, start.getInt(0));
        return content != null && start.getInt(Integer.BYTES) == checksum(content)
                ? new SpoolRecord(HEADER_BYTES + content.limit(), content)
                : null;
    }

    /**
     * Returns whether a record can begin at an index, as far as can be told without its checksum. Little else looks like one: no
     * text in UTF-8 contains the first bytes of compressed JSON.
     *
     * @param bytes at least {@link #MIN_BYTES} from the index on
     * @param available how many bytes of the file follow from the index on
     */
    static boolean canBegin(ByteBuffer bytes, int index, long available) {
        int length = bytes.getInt(index);
        int content = index + HEADER_BYTES;
        return bytes.getInt(content + FIXED_BYTES) == ZSTD_MAGIC
                && length >= MIN_BYTES - HEADER_BYTES
                && length <= MAX_RECORD_BYTES
                && length <= available - HEADER_BYTES
                && bytes.get(content + 8) >= 0
                && bytes.get(content + 8) <= DELETE;
    }

    /**
     * Returns whether a record begins at an offset of which the file lacks the end. One that seems to, but has all of its JSON, has a
     * damaged length.
     */
    static boolean isIncomplete(FileChannel channel, long offset, long size) throws IOException {
        long available = size - offset;
        if (available < MIN_BYTES) {
            return true;
        }
        if (available > MAX_RECORD_BYTES) {
            return false;
        }
        ByteBuffer rest = readFully(channel, offset, (int) available);
        if (rest == null) {
            return true;
        }
        int length = rest.getInt(0);
        return length > available - HEADER_BYTES && length <= MAX_RECORD_BYTES && !hasAllJson(rest);
    }

    private static boolean hasAllJson(ByteBuffer record) {
        int json = HEADER_BYTES + FIXED_BYTES;
        try {
            return Zstd.findFrameCompressedSize(record.array(), json, record.limit() - json) > 0;
        } catch (ZstdException e) {
            return false; // the end is missing
        }
    }

    /** Returns null if the file ends before. */
    private static @Nullable ByteBuffer readFully(FileChannel channel, long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                return null;
            }
        }
        return bytes.flip();
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }

    Instant arrived() {
        return Instant.ofEpochMilli(content.getLong(0));
    }

    int spans() {
        return content.getInt(9);
    }

    /**
     * Returns the delete that it is; null if it is a submission.
     *
     * @param place of it in the spool
     */
    @Nullable
    SpooledDelete delete(long place) {
        return content.get(8) == DELETE ? SpooledDelete.read(place, json()) : null;
    }

    Submission submission() {
        return Submission.Kind.values()[content.get(8)].read(json());
    }

    private byte[] json() {
        byte[] compressed = new byte[content.limit() - FIXED_BYTES];
        content.get(FIXED_BYTES, compressed);
        return Zstd.decompress(compressed, content.getInt(13));
    }
}
