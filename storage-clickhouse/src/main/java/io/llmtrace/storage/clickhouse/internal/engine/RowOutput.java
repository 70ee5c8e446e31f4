package io.llmtrace.storage.clickhouse.internal.engine;

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

/**
 * A buffer of values in ClickHouse's format RowBinary: numbers in little endian, texts after their length, and a byte before each
 * nullable value, 1 for null.
 */
public final class RowOutput {

    private static final int FIRST_BLOCK_BYTES = 1 << 10;
    private static final int MAX_BLOCK_BYTES = 1 << 16;
    /** A longer value is not copied but becomes a block of its own. */
    private static final int MAX_COPIED_BYTES = 1 << 12;

    /** Finished blocks, in their order; {@code last} is being filled. */
    private final List<ByteBuffer> blocks = new ArrayList<>();

    private ByteBuffer last = ByteBuffer.allocate(FIRST_BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long doneBytes;

    public long size() {
        return doneBytes + last.position();
    }

    public void writeByte(int value) {
        room(1).put((byte) value);
    }

    public void writeShort(int value) {
        room(Short.BYTES).putShort((short) value);
    }

    public void writeInt(int value) {
        room(Integer.BYTES).putInt(value);
    }

    public void writeLong(long value) {
        room(Long.BYTES).putLong(value);
    }

    public void writeDouble(double value) {
        room(Double.BYTES).putDouble(value);
    }

    public void writeBool(boolean value) {
        writeByte(value ? 1 : 0);
    }

    public void writeUuid(UUID id) {
        room(2 * Long.BYTES).putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    public void writeText(String text) {
        writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    public void writeBytes(byte[] value) {
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

    /** Writes the number of elements or bytes that follow, as a varint. */
    public void writeCount(int count) {
        ByteBuffer to = room(5);
        int rest = count;
        while (rest >= 0x80) {
            to.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        to.put((byte) rest);
    }

    public <T> void writeNullable(@Nullable T value, BiConsumer<RowOutput, T> writer) {
        if (value == null) {
            writeByte(1);
            return;
        }
        writeByte(0);
        writer.accept(this, value);
    }

    /** Reserves eight bytes for a number that is not known yet, and returns them as a buffer of their own. */
    public ByteBuffer reserveLong() {
        ByteBuffer block = room(Long.BYTES);
        ByteBuffer reserved = block.slice(block.position(), Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        block.putLong(0);
        return reserved;
    }

    public void writeTo(OutputStream out) throws IOException {
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
