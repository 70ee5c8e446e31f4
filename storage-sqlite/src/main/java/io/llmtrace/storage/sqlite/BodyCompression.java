package io.llmtrace.storage.sqlite;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.llmtrace.storage.CorruptStoreException;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/**
 * Zstandard, alone or against an earlier body. The earlier body serves as the dictionary: what both have in common costs a
 * few bytes. A size and a checksum guard against a body that is read with another one's base.
 */
final class BodyCompression {

    private static final int LEVEL = 3;

    private BodyCompression() {}

    /** Some compressors, for as many threads as compress at a time. */
    static final class Compressors implements AutoCloseable {
        private final Deque<Compressor> idle = new ConcurrentLinkedDeque<>();

        byte[] compress(byte[] plain, byte @Nullable [] base) {
            Compressor compressor = idle.poll();
            if (compressor == null) {
                compressor = new Compressor();
            }
            byte[] data = compressor.compress(plain, base);
            idle.push(compressor);
            return data;
        }

        @Override
        public void close() {
            for (Compressor compressor = idle.poll(); compressor != null; compressor = idle.poll()) {
                compressor.close();
            }
        }
    }

    /** Keeps its memory from one body to the next: setting it up costs more than a short body. */
    private static final class Compressor implements AutoCloseable {
        private final ZstdCompressCtx context = new ZstdCompressCtx();

        Compressor() {
            context.setLevel(LEVEL);
            context.setChecksum(true);
            context.setContentSize(false); // stands in the row
        }

        byte[] compress(byte[] plain, byte @Nullable [] base) {
            context.loadDict(base == null ? new byte[0] : base);
            return context.compress(plain);
        }

        @Override
        public void close() {
            context.close();
        }
    }

    /** As {@link Compressor}, the other way. */
    static final class Decompressor implements AutoCloseable {
        private final ZstdDecompressCtx context = new ZstdDecompressCtx();

        byte[] decompress(byte[] data, int plainSize, byte @Nullable [] base) {
            try {
                context.loadDict(base == null ? new byte[0] : base);
                byte[] plain = context.decompress(data, plainSize);
                if (plain.length != plainSize) {
                    throw new CorruptStoreException(
                            "a span's body is damaged: " + plain.length + " bytes instead of " + plainSize);
                }
                return plain;
            } catch (ZstdException e) {
                throw new CorruptStoreException("a span's body is damaged: " + e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            context.close();
        }
    }
}
