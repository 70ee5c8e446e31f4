package io.llmtrace.server.internal.limits;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** The compressions in which bodies and messages may arrive. A stream inflates only what is read from it, so that its reader sets the limit. */
public enum Decompression {
    GZIP {
        @Override
        public InputStream open(InputStream compressed) throws IOException {
            return new GZIPInputStream(compressed);
        }
    },

    /** Either form of what clients send under this name: with the header of zlib, as HTTP says, or without one. */
    DEFLATE {
        @Override
        public InputStream open(InputStream compressed) throws IOException {
            BufferedInputStream buffered = new BufferedInputStream(compressed);
            return hasZlibHeader(buffered) ? new InflaterInputStream(buffered) : new RawInflaterInputStream(buffered);
        }
    },

    /** Its window is native memory of at most 128 MiB, and takes up no more of it than what was inflated. */
    ZSTD {
        @Override
        public InputStream open(InputStream compressed) throws IOException {
            return new ZstdInputStreamNoFinalizer(compressed);
        }
    };

    /** Returns a stream that inflates another one, and closes it when it is closed. */
    public abstract InputStream open(InputStream compressed) throws IOException;

    /** Returns the name in {@code Content-Encoding} and {@code grpc-encoding}. */
    public String encoding() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the compression of a {@code Content-Encoding}; empty if it is not known. */
    public static Optional<Decompression> of(String encoding) {
        return switch (encoding) {
            case "gzip", "x-gzip" -> Optional.of(GZIP);
            case "deflate" -> Optional.of(DEFLATE);
            case "zstd" -> Optional.of(ZSTD);
            default -> Optional.empty();
        };
    }

    /** Returns whether the stream begins with the two bytes of zlib (RFC 1950), with which no raw stream begins. */
    private static boolean hasZlibHeader(BufferedInputStream in) throws IOException {
        in.mark(2);
        int first = in.read();
        int second = in.read();
        in.reset();
        return (first & 0x0f) == Deflater.DEFLATED && second >= 0 && (first << 8 | second) % 31 == 0;
    }

    private static final class RawInflaterInputStream extends InflaterInputStream {

        RawInflaterInputStream(InputStream in) {
            super(in, new Inflater(true));
        }

        @Override
        public void close() throws IOException {
            super.close();
            inf.end(); // which the superclass does only for an inflater of its own
        }
    }
}
