package io.llmtrace.storage.clickhouse;

import io.llmtrace.model.Times;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads what {@link RowOutput} writes. */
final class RowInput {

    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int next;
    private int end;

    RowInput(InputStream in) {
        this.in = in;
    }

    boolean hasNext() throws IOException {
        return next < end || fill();
    }

    int readByte() throws IOException {
        if (next == end && !fill()) {
            throw new EOFException("answer ends within a row");
        }
        return buffer[next++] & 0xFF;
    }

    boolean readBool() throws IOException {
        return readByte() != 0;
    }

    int readShort() throws IOException {
        return readByte() | readByte() << 8;
    }

    int readInt() throws IOException {
        return readShort() | readShort() << 16;
    }

    long readLong() throws IOException {
        return (readInt() & 0xFFFF_FFFFL) | (long) readInt() << 32;
    }

    double readDouble() throws IOException {
        return Double.longBitsToDouble(readLong());
    }

    UUID readUuid() throws IOException {
        long high = readLong();
        return new UUID(high, readLong());
    }

    /** A {@code DateTime64(9)}. */
    Instant readTime() throws IOException {
        return Times.ofNanos(readLong());
    }

    String readText() throws IOException {
        int length = readCount();
        if (length <= end - next) {
            String text = new String(buffer, next, length, StandardCharsets.UTF_8);
            next += length;
            return text;
        }
        return new String(readBytes(length), StandardCharsets.UTF_8);
    }

    int readCount() throws IOException {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            int b = readByte();
            value |= (b & 0x7F) << shift;
            if (b < 0x80) {
                return value;
            }
        }
    }

    /** Whether a value follows, of a column that may be null. */
    boolean readPresence() throws IOException {
        return readByte() == 0;
    }

    @Nullable
    String readNullableText() throws IOException {
        return readPresence() ? readText() : null;
    }

    @Nullable
    Long readNullableLong() throws IOException {
        return readPresence() ? Long.valueOf(readLong()) : null;
    }

    @Nullable
    UUID readNullableUuid() throws IOException {
        return readPresence() ? readUuid() : null;
    }

    @Nullable
    Instant readNullableTime() throws IOException {
        return readPresence() ? readTime() : null;
    }

    @Nullable
    Double readNullableDouble() throws IOException {
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
