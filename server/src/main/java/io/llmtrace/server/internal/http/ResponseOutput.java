package io.llmtrace.server.internal.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponseWriter;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Writes the body of a response in pieces, each when the client has received the one before. A client that takes none for
 * {@value #MAX_STALL_SECONDS} s counts as gone, since the answer holds a thread and memory. {@link #flush} sends what is left;
 * {@link #close} does not, and does not end the response. Not thread-safe.
 */
public final class ResponseOutput extends OutputStream {

    private static final int PIECE = 64 << 10;
    private static final int MAX_STALL_SECONDS = 60;

    private final HttpResponseWriter writer;
    private byte[] piece = new byte[PIECE];
    private int length;

    /** Writes to a response whose headers are written. */
    public ResponseOutput(HttpResponseWriter writer) {
        this.writer = writer;
    }

    @Override
    public void write(int value) throws ClientGoneException {
        if (length == PIECE) {
            flush();
        }
        piece[length++] = (byte) value;
    }

    @Override
    public void write(byte[] from, int offset, int count) throws ClientGoneException {
        int next = offset;
        int end = offset + count;
        while (next < end) {
            if (length == PIECE) {
                flush();
            }
            int part = Math.min(end - next, PIECE - length);
            System.arraycopy(from, next, piece, length, part);
            length += part;
            next += part;
        }
    }

    /** Waits until the client has received all that was written, or has gone. */
    @Override
    public void flush() throws ClientGoneException {
        if (length == 0) {
            return;
        }
        byte[] sent = length == PIECE ? piece : Arrays.copyOf(piece, length);
        if (length == PIECE) {
            piece = new byte[PIECE];
        }
        length = 0;
        if (!writer.tryWrite(HttpData.wrap(sent))) {
            throw new ClientGoneException();
        }
        try {
            writer.whenConsumed().get(MAX_STALL_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | InterruptedException | ExecutionException e) {
            throw new ClientGoneException(e);
        }
    }

    @Override
    public void close() {}
}
