package io.llmtrace.storage.clickhouse.internal.engine;

import io.llmtrace.model.Times;
import io.llmtrace.storage.spi.MemoryEstimate;
import io.llmtrace.storage.spi.ReadMemory;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads values in the format RowBinary, see {@link RowOutput}. */
public final class RowInput {

    /** The memory of a row besides its texts. */
    private static final int ROW_BYTES = 500;
    /** Bytes taken for each byte of a long text while it is read: the bytes, and a text of up to two for each. */
    private static final long TEXT_COPIES = 3;

    private final InputStream in;
    private final ReadMemory memory;
    private final byte[] buffer = new byte[1 << 16];
    private long rowBytes;
    private int next;
    private int end;

    /** Reads rows of any number, whose memory is not limited. */
    public RowInput(InputStream in) {
        this(in, ReadMemory.unlimited());
    }

    /** Reads rows that are kept, and takes the memory for them. */
    RowInput(InputStream in, ReadMemory memory) {
        this.in = in;
        this.memory = memory;
    }

    /** Takes the memory of the row that was read, and starts the next one. */
    void endRow() {
        memory.reserve(ROW_BYTES + rowBytes);
        rowBytes = 0;
    }

    /** Says what the values take that were made of the texts read since the start of the row, instead of these. */
    public void rowTakes(long bytes) {
        rowBytes = bytes;
    }

    public boolean hasNext() throws IOException {
        return next < end || fill();
    }

    public int readByte() throws IOException {
        if (next == end && !fill()) {
            throw new EOFException("answer ends within a row");
        }
        return buffer[next++] & 0xFF;
    }

    public boolean readBool() throws IOException {
        return readByte() != 0;
    }

    public int readShort() throws IOException {
        return readByte() | readByte() << 8;
    }

    public int readInt() throws IOException {
        return readShort() | readShort() << 16;
    }

    public long readLong() throws IOException {
        return (readInt() & 0xFFFF_FFFFL) | (long) readInt() << 32;
    }

    public double readDouble() throws IOException {
        return Double.longBitsToDouble(readLong());
    }

    public UUID readUuid() throws IOException {
        long high = readLong();
        return new UUID(high, readLong());
    }

    /** Reads a {@code DateTime64(9)}. */
    public Instant readTime() throws IOException {
        return Times.ofNanos(readLong());
    }

    public String readText() throws IOException {
        int length = readCount();
        if (length <= end - next) {
            String text = new String(buffer, next, length, StandardCharsets.UTF_8);
            next += length;
            return counted(text, length);
        }
        memory.reserveTemporary(TEXT_COPIES * length);
        String text = new String(readBytes(length), StandardCharsets.UTF_8);
        memory.releaseTemporary(TEXT_COPIES * length);
        return counted(text, length);
    }

    /** A text of ASCII takes one byte for each character, as in UTF-8; another one may take two. */
    private String counted(String text, int utf8Length) {
        rowBytes += MemoryEstimate.OBJECT + (text.length() == utf8Length ? utf8Length : 2L * text.length());
        return text;
    }

    public int readCount() throws IOException {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            int b = readByte();
            value |= (b & 0x7F) << shift;
            if (b < 0x80) {
                return value;
            }
        }
    }

    /** Reads the byte before a nullable value, and returns whether a value follows. */
    public boolean readPresence() throws IOException {
        return readByte() == 0;
    }

    @Nullable
    public String readNullableText() throws IOException {
        return readPresence() ? readText() : null;
    }

    public @Nullable Long readNullableLong() throws IOException {
        return readPresence() ? Long.valueOf(readLong()) : null;
    }

    @Nullable
    public UUID readNullableUuid() throws IOException {
        return readPresence() ? readUuid() : null;
    }

    @Nullable
    public Instant readNullableTime() throws IOException {
        return readPresence() ? readTime() : null;
    }

    public @Nullable Double readNullableDouble() throws IOException {
        return readPresence() ? Double.valueOf(readDouble()) : null;
    }

    private byte[] readBytes(int length) throws IOException {
        byte[] bytes = new byte[length];
        int had = end - next;
        System.arraycopy(buffer, next, bytes, 0, had);
        next = end;
        if (in.readNBytes(bytes, had, length - had) < length - had) {
            throw new EOFException("answer ends within a text of " + length + " bytes");
        }
        return bytes;
    }

    private boolean fill() throws IOException {
        next = 0;
        end = Math.max(0, in.read(buffer));
        return end > 0;
    }
}
