package io.llmtrace.storage.sqlite;

import io.llmtrace.model.TraceSpan;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The latest blocks of the traces that were written last: what the next block of such a trace may be compressed against.
 * Bounded, and only a cache: a trace that it has forgotten begins anew with a block that stands alone.
 */
final class RecentBlocks {

    /** Of one trace: enough for some agents that take turns. */
    private static final int BLOCKS_PER_TRACE = 4;

    private final long maxBytes;
    private final Map<TraceKey, Deque<Block>> byTrace = new LinkedHashMap<>(256, 0.75f, true);
    private long bytes;

    RecentBlocks(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    record TraceKey(UUID tenantId, UUID traceId) {
        static TraceKey of(TraceSpan span) {
            return new TraceKey(span.tenantId(), span.traceId());
        }
    }

    /** The end of a block that is stored, or is about to be: others may be compressed against it before it is. */
    static final class Block {
        /** More does not help, and costs time with each block that builds on it. */
        private static final int MAX_DICTIONARY_BYTES = 256 << 10;

        /** Reading a block means reading all that it needs, so a chain must end. */
        private static final int MAX_DEPTH = 24;

        private static final int MAX_CHAIN_BYTES = 2 << 20;

        private final byte[] dictionary;
        private final byte[] lastBody;
        private final int depth;
        private final long chainBytes;
        private volatile long id;

        Block(byte[] plain, byte[] lastBody, @Nullable Block base) {
            this.dictionary = dictionaryOf(plain);
            this.lastBody = lastBody;
            this.depth = base == null ? 0 : base.depth + 1;
            this.chainBytes = plain.length + (base == null ? 0 : base.chainBytes);
        }

        /** What of a block serves the ones that build on it. */
        static byte[] dictionaryOf(byte[] plain) {
            return plain.length <= MAX_DICTIONARY_BYTES
                    ? plain
                    : Arrays.copyOfRange(plain, plain.length - MAX_DICTIONARY_BYTES, plain.length);
        }

        byte[] dictionary() {
            return dictionary;
        }

        /** Its row; 0 until it is stored. That it has one does not mean that it is there still. */
        long id() {
            return id;
        }

        boolean mayBeBase() {
            return depth < MAX_DEPTH && chainBytes < MAX_CHAIN_BYTES;
        }
    }

    /** The blocks of a trace, latest first. */
    synchronized List<Block> of(TraceKey trace) {
        Deque<Block> blocks = byTrace.get(trace);
        return blocks == null ? List.of() : List.copyOf(blocks);
    }

    /** The block whose last body begins most like {@code body}; null if there is none to build on. */
    static @Nullable Block baseFor(byte[] body, Collection<Block> blocks) {
        Block best = null;
        int longest = -1;
        for (Block block : blocks) {
            if (!block.mayBeBase()) {
                continue;
            }
            int mismatch = Arrays.mismatch(body, block.lastBody);
            int common = mismatch < 0 ? body.length : mismatch;
            if (common > longest) {
                best = block;
                longest = common;
            }
        }
        return best;
    }

    /** In the transaction that stores it. */
    synchronized void stored(TraceKey trace, Block block, long id) {
        block.id = id;
        Deque<Block> blocks = byTrace.computeIfAbsent(trace, t -> new ArrayDeque<>(BLOCKS_PER_TRACE));
        blocks.addFirst(block);
        bytes += block.dictionary.length;
        if (blocks.size() > BLOCKS_PER_TRACE) {
            bytes -= blocks.removeLast().dictionary.length;
        }
        Iterator<Deque<Block>> eldest = byTrace.values().iterator();
        while (bytes > maxBytes && eldest.hasNext()) {
            for (Block forgotten : eldest.next()) {
                bytes -= forgotten.dictionary.length;
            }
            eldest.remove();
        }
    }

    /** When a trace's blocks change. */
    synchronized void forget(TraceKey trace) {
        Deque<Block> blocks = byTrace.remove(trace);
        if (blocks != null) {
            blocks.forEach(block -> bytes -= block.dictionary.length);
        }
    }

    /** After a rollback or a delete: what is here may not be in the file. */
    synchronized void clear() {
        byTrace.clear();
        bytes = 0;
    }
}
