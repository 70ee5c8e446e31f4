package io.llmtrace.storage.sqlite.internal.format;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.util.Native;
import io.llmtrace.storage.UnavailableException;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/**
 * Zstandard compression of blocks, with or without an earlier block as the dictionary: text that both have in common then costs
 * a few bytes. Size and checksum guard against a block that is read with the wrong dictionary.
 */
public final class BodyCompression {

    private static final int LEVEL = 3;

    /** A longer dictionary does not help, and costs time with each block that uses it. */
    private static final int MAX_DICTIONARY_BYTES = 256 << 10;

    private BodyCompression() {}

    /**
     * Loads the native library, which would otherwise fail amid the first write.
     *
     * @throws UnavailableException if it cannot be loaded; says how to change that
     */
    public static void requireLibrary() {
        try {
            Native.load();
        } catch (LinkageError e) {
            throw new UnavailableException(
                    "the native library of Zstandard cannot be loaded from "
                            + System.getProperty("ZstdTempFolder", System.getProperty("java.io.tmpdir"))
                            + ": start Java with -Djava.io.tmpdir=DIR, a folder that can be written and is not mounted"
                            + " noexec",
                    e);
        }
    }

    /** Returns the part of a block that serves as the dictionary of later ones: its end. */
    public static byte[] dictionaryOf(byte[] plain) {
        return plain.length <= MAX_DICTIONARY_BYTES
                ? plain
                : Arrays.copyOfRange(plain, plain.length - MAX_DICTIONARY_BYTES, plain.length);
    }

    /** A pool of compressors, which grows to the number of threads that compress at the same time. */
    public static final class Compressors implements AutoCloseable {
        private final Deque<Compressor> idle = new ConcurrentLinkedDeque<>();

        /**
         * Compresses a block.
         *
         * @param dictionary must be passed to {@link Decompressor#decompress} as well; null for none
         */
        public byte[] compress(byte[] plain, byte @Nullable [] dictionary) {
            Compressor compressor = idle.poll();
            if (compressor == null) {
                compressor = new Compressor();
            }
            byte[] data = compressor.compress(plain, dictionary);
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

    /** A context that is used again: setting one up costs more than compressing a short block. */
    private static final class Compressor implements AutoCloseable {
        private final ZstdCompressCtx context = new ZstdCompressCtx();

        Compressor() {
            context.setLevel(LEVEL);
            context.setChecksum(true);
            context.setContentSize(false); // the row has it
        }

        byte[] compress(byte[] plain, byte @Nullable [] dictionary) {
            context.loadDict(dictionary == null ? new byte[0] : dictionary);
            return context.compress(plain);
        }

        @Override
        public void close() {
            context.close();
        }
    }

    /** Unpacks blocks. Serves one thread at a time. */
    public static final class Decompressor implements AutoCloseable {
        private final ZstdDecompressCtx context = new ZstdDecompressCtx();

        /**
         * Unpacks a block.
         *
         * @param dictionary the one that the block was compressed with, or null
         * @throws DamagedDataException if the data is damaged, or was compressed with another dictionary
         */
        public byte[] decompress(byte[] data, int plainSize, byte @Nullable [] dictionary) {
            try {
                context.loadDict(dictionary == null ? new byte[0] : dictionary);
                byte[] plain = context.decompress(data, plainSize);
                if (plain.length != plainSize) {
                    throw new DamagedDataException(
                            "a span's body is damaged: " + plain.length + " bytes instead of " + plainSize);
                }
                return plain;
            } catch (ZstdException e) {
                throw new DamagedDataException("a span's body is damaged: " + e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            context.close();
        }
    }
}
