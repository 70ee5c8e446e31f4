package io.llmtrace.cli.terminal;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Standard output in UTF-8 whatever the locale: JSON is UTF-8, and a JVM in the C locale would print question marks. Keeps the reason of a
 * failed write, which a {@link PrintStream} forgets.
 */
public final class ResultStream extends PrintStream {

    private final Watched watched;
    private final boolean toPipe;

    /**
     * Writes to a stream.
     *
     * @param toPipe whether it is a pipe, which fails only when its reader has closed it
     * @param flushLines whether a person waits for each line
     */
    public ResultStream(OutputStream target, boolean toPipe, boolean flushLines) {
        this(new Watched(target), toPipe, flushLines);
    }

    private ResultStream(Watched watched, boolean toPipe, boolean flushLines) {
        super(new BufferedOutputStream(watched, 1 << 16), flushLines, StandardCharsets.UTF_8);
        this.watched = watched;
        this.toPipe = toPipe;
    }

    /** Returns why not all was written; empty as well if the reader of the pipe has closed it, as {@code head} does: it has enough. */
    Optional<IOException> failure() {
        IOException failure = watched.failure;
        boolean enough = failure != null
                && (toPipe || String.valueOf(failure.getMessage()).equals("Broken pipe"));
        return enough ? Optional.empty() : Optional.ofNullable(failure);
    }

    private static final class Watched extends FilterOutputStream {
        private volatile @Nullable IOException failure;

        Watched(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }

        @Override
        public void flush() throws IOException {
            try {
                out.flush();
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }
    }
}
