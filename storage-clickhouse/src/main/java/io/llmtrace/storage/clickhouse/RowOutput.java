package io.llmtrace.storage.clickhouse;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Values in ClickHouse's format RowBinary: little endian, text with its length before it, a byte before what may be null. */
final class RowOutput {

    private static final int INITIAL_BYTES = 1 << 12;

    private ByteBuffer bytes = ByteBuffer.allocate(INITIAL_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    int size() {
        return bytes.position();
    }

    void writeByte(int value) {
        room(1).put((byte) value);
    }

    void writeShort(int value) {
        room(Short.BYTES).putShort((short) value);
    }

    void writeInt(int value) {
        room(Integer.BYTES).putInt(value);
    }

    void writeLong(long value) {
        room(Long.BYTES).putLong(value);
    }

    void writeDouble(double value) {
        room(Double.BYTES).putDouble(value);
    }

    void writeBool(boolean value) {
        writeByte(value ? 1 : 0);
    }

    void writeUuid(UUID id) {
        room(2 * Long.BYTES).putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    void writeText(String text) {
        writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    void writeBytes(byte[] value) {
        writeCount(value.length);
        room(value.length).put(value);
    }

    /** Of the elements that follow, or of bytes. */
    void writeCount(int count) {
        ByteBuffer to = room(5);
        int rest = count;
        while (rest >= 0x80) {
            to.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        to.put((byte) rest);
    }

    <T> void writeNullable(@Nullable T value, BiConsumer<RowOutput, T> writer) {
        if (value == null) {
            writeByte(1);
            return;
        }
        writeByte(0);
        writer.accept(this, value);
    }

    /** Replaces what was written at a place before. */
    void setLong(int position, long value) {
        bytes.putLong(position, value);
    }

    void writeTo(OutputStream out, int from, int to) throws IOException {
        out.write(bytes.array(), from, to - from);
    }

    private ByteBuffer room(int more) {
        if (bytes.remaining() < more) {
            int size = Math.max(Math.addExact(bytes.position(), more), (int)
                    Math.min(bytes.capacity() * 2L, Integer.MAX_VALUE - 8));
            ByteBuffer larger =
                    ByteBuffer.wrap(Arrays.copyOf(bytes.array(), size)).order(ByteOrder.LITTLE_ENDIAN);
            bytes = larger.position(bytes.position());
        }
        return bytes;
    }
}
