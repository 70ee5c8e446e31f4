package io.llmtrace.cli.ndjson;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Reads the lines of a stream, gzipped or not, as bytes, which need not be valid UTF-8. */
public final class NdjsonReader implements AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int GZIP_MAGIC = 0x1f8b;

    private final InputStream in;
    private final Counting raw;
    private final long totalBytes;
    private long lineNumber;
    private boolean open;

    private NdjsonReader(InputStream in, Counting raw, long totalBytes) {
        this.in = in;
        this.raw = raw;
        this.totalBytes = totalBytes;
    }

    public static NdjsonReader of(Path file) throws IOException {
        return of(Files.newInputStream(file), Files.size(file));
    }

    /**
     * Reads a stream.
     *
     * @param totalBytes its length; 0 if that is unknown
     */
    public static NdjsonReader of(InputStream source, long totalBytes) throws IOException {
        Counting raw = new Counting(source);
        BufferedInputStream buffered = new BufferedInputStream(raw, BUFFER_BYTES);
        InputStream in = isGzip(buffered)
                ? new BufferedInputStream(new GZIPInputStream(new Members(buffered), BUFFER_BYTES), BUFFER_BYTES)
                : buffered;
        return new NdjsonReader(in, raw, totalBytes);
    }

    /** Returns the next line without its line break; null at the end. */
    public byte @Nullable [] next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(4096);
        lineNumber++; // even if reading it fails
        int b = in.read();
        if (b < 0) {
            return null;
        }
        while (b >= 0 && b != '\n') {
            line.write(b);
            b = in.read();
        }
        open = b < 0;
        return line.toByteArray();
    }

    /** Returns whether the line that {@link #next} has returned lacks its line break, since the stream ends there. */
    public boolean isOpen() {
        return open;
    }

    /** Returns the number of the line that {@link #next} has returned, or could not read, from 1. */
    public long lineNumber() {
        return lineNumber;
    }

    /** Returns how much of the stream was read, in percent; -1 if that is unknown. */
    public int percentRead() {
        return totalBytes <= 0 ? -1 : (int) Math.min(100, raw.count * 100 / totalBytes);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private static boolean isGzip(BufferedInputStream in) throws IOException {
        in.mark(2);
        int first = in.read();
        int second = in.read();
        in.reset();
        return first == GZIP_MAGIC >> 8 && second == (GZIP_MAGIC & 0xff);
    }

    /**
     * Gzip files that were put one after another are one. Before JDK 23, the decompressor takes what follows the first for nothing if
     * {@code available()} is 0 at that moment, as it may be for a pipe.
     */
    private static final class Members extends FilterInputStream {

        Members(BufferedInputStream in) {
            super(in);
        }

        @Override
        public int available() throws IOException {
            in.mark(1);
            int b = in.read();
            in.reset();
            return b < 0 ? 0 : 1;
        }
    }

    private static final class Counting extends FilterInputStream {
        private long count;

        Counting(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            count += b < 0 ? 0 : 1;
            return b;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int n = super.read(bytes, offset, length);
            count += Math.max(0, n);
            return n;
        }
    }
}
