package io.llmtrace.storage.clickhouse;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Values in ClickHouse's format RowBinary: little endian, text with its length before it, a byte before what may be null. */
final class RowOutput {

    private static final int BLOCK_BYTES = 1 << 16;

    /** Full, in their order; the last one is being filled. A long text is a block of its own. */
    private final List<ByteBuffer> blocks = new ArrayList<>();

    private ByteBuffer last = startBlock();
    private long fullBytes;

    long size() {
        return fullBytes + last.position();
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
        if (value.length <= BLOCK_BYTES / 4) {
            room(value.length).put(value);
        } else {
            endBlock();
            blocks.add(ByteBuffer.wrap(value).position(value.length));
            fullBytes += value.length;
            last = startBlock();
        }
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

    /**
     * Keeps room for a number that is not known yet.
     *
     * @return where it goes, without its position
     */
    ByteBuffer leaveLong() {
        ByteBuffer block = room(Long.BYTES);
        ByteBuffer place = block.slice(block.position(), Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        block.putLong(0);
        return place;
    }

    void writeTo(OutputStream out) throws IOException {
        for (ByteBuffer block : blocks) {
            out.write(block.array(), 0, block.position());
        }
        out.write(last.array(), 0, last.position());
    }

    private ByteBuffer room(int more) {
        if (last.remaining() < more) {
            endBlock();
            last = startBlock();
        }
        return last;
    }

    private void endBlock() {
        blocks.add(last);
        fullBytes += last.position();
    }

    private static ByteBuffer startBlock() {
        return ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }
}
