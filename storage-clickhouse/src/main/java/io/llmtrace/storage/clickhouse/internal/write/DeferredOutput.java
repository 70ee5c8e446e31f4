package io.llmtrace.storage.clickhouse.internal.write;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Holds back the last byte until it is released. The server rejects an insert whose last row is incomplete, however the stream is
 * closed, so it keeps nothing of what was written before {@link #release}.
 */
final class DeferredOutput extends OutputStream {

    private final OutputStream out;
    private int deferred = -1;

    DeferredOutput(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int value) throws IOException {
        release();
        deferred = value & 0xFF;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length > 0) {
            release();
            out.write(bytes, offset, length - 1);
            deferred = bytes[offset + length - 1] & 0xFF;
        }
    }

    /** Writes the byte held back: everything written so far may take effect. */
    void release() throws IOException {
        if (deferred >= 0) {
            out.write(deferred);
            deferred = -1;
        }
    }
}
