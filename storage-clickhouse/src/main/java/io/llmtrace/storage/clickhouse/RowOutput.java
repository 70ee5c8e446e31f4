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

    private static final int FIRST_BLOCK_BYTES = 1 << 10;
    private static final int MAX_BLOCK_BYTES = 1 << 16;
    /** A longer one is not copied, but a block of its own. */
    private static final int MAX_COPIED_BYTES = 1 << 12;

    /** Done, in their order; the last one is being filled. */
    private final List<ByteBuffer> blocks = new ArrayList<>();

    private ByteBuffer last = ByteBuffer.allocate(FIRST_BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long doneBytes;

    long size() {
        return doneBytes + last.position();
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
        if (value.length <= MAX_COPIED_BYTES) {
            room(value.length).put(value);
        } else {
            ByteBuffer rest = last.slice().order(ByteOrder.LITTLE_ENDIAN);
            endBlock();
            last = ByteBuffer.wrap(value).position(value.length);
            endBlock();
            last = rest;
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
            writeTo(out, block);
        }
        writeTo(out, last);
    }

    private static void writeTo(OutputStream out, ByteBuffer block) throws IOException {
        out.write(block.array(), block.arrayOffset(), block.position());
    }

    private ByteBuffer room(int more) {
        if (last.remaining() < more) {
            endBlock();
            int size = (int) Math.min(MAX_BLOCK_BYTES, Math.max(FIRST_BLOCK_BYTES, doneBytes));
            last = ByteBuffer.allocate(Math.max(size, more)).order(ByteOrder.LITTLE_ENDIAN);
        }
        return last;
    }

    private void endBlock() {
        blocks.add(last);
        doneBytes += last.position();
    }
}
