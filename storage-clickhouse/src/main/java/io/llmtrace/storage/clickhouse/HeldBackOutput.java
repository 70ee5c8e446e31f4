package io.llmtrace.storage.clickhouse;

import java.io.IOException;
import java.io.OutputStream;

/** Keeps the last byte back until it is released: rows that end in the middle are no insert, however the stream is closed. */
final class HeldBackOutput extends OutputStream {

    private final OutputStream out;
    private int held = -1;

    HeldBackOutput(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int value) throws IOException {
        release();
        held = value & 0xFF;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length > 0) {
            release();
            out.write(bytes, offset, length - 1);
            held = bytes[offset + length - 1] & 0xFF;
        }
    }

    /** All that was written may count. */
    void release() throws IOException {
        if (held >= 0) {
            out.write(held);
            held = -1;
        }
    }
}
