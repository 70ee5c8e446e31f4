package io.llmtrace.storage.sqlite.internal.write;

import io.llmtrace.storage.sqlite.internal.format.BodyCompression;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The latest blocks of the traces that were written last, which the next block of such a trace may be compressed against. A
 * bounded cache: the next block of a trace that has left it is compressed without a base.
 */
final class RecentBlocks {

    /** Several, since the calls of several agents may alternate in a trace. */
    private static final int BLOCKS_PER_TRACE = 4;

    private final long maxBytes;
    private final Map<TraceKey, Deque<Block>> byTrace = new LinkedHashMap<>(256, 0.75f, true);
    private long bytes;

    RecentBlocks(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** A block that others may be compressed against, even before it is stored. */
    static final class Block {
        /** Limits the chain of blocks that each build on the one before: reading the last block means reading all of them. */
        private static final int MAX_DEPTH = 24;

        private static final int MAX_CHAIN_BYTES = 2 << 20;

        private final byte[] dictionary;
        private final byte[] lastBody;
        private final int depth;
        private final long chainBytes;
        private volatile long id;

        Block(byte[] plain, byte[] lastBody, @Nullable Block base) {
            this.dictionary = BodyCompression.dictionaryOf(plain);
            this.lastBody = lastBody;
            this.depth = base == null ? 0 : base.depth + 1;
            this.chainBytes = plain.length + (base == null ? 0 : base.chainBytes);
        }

        byte[] dictionary() {
            return dictionary;
        }

        /** Returns its row id; 0 until it is stored. The row may have been removed since. */
        long id() {
            return id;
        }

        boolean mayBeBase() {
            return depth < MAX_DEPTH && chainBytes < MAX_CHAIN_BYTES;
        }
    }

    /** Returns the blocks of a trace, latest first. */
    synchronized List<Block> of(TraceKey trace) {
        Deque<Block> blocks = byTrace.get(trace);
        return blocks == null ? List.of() : List.copyOf(blocks);
    }

    /** Returns the block whose last body shares the longest start with {@code body}; null if no block may be a base. */
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

    /** Adds a block, in the transaction that stores it. */
    synchronized void add(TraceKey trace, Block block, long id) {
        block.id = id;
        Deque<Block> blocks = byTrace.computeIfAbsent(trace, t -> new ArrayDeque<>(BLOCKS_PER_TRACE));
        blocks.addFirst(block);
        bytes += block.dictionary.length;
        if (blocks.size() > BLOCKS_PER_TRACE) {
            bytes -= blocks.removeLast().dictionary.length;
        }
        Iterator<Deque<Block>> eldest = byTrace.values().iterator();
        while (bytes > maxBytes && eldest.hasNext()) {
            for (Block evicted : eldest.next()) {
                bytes -= evicted.dictionary.length;
            }
            eldest.remove();
        }
    }

    /** Removes the blocks of a trace when one of its stored blocks changes. */
    synchronized void remove(TraceKey trace) {
        Deque<Block> blocks = byTrace.remove(trace);
        if (blocks != null) {
            blocks.forEach(block -> bytes -= block.dictionary.length);
        }
    }

    /** Removes all blocks after a rollback or a delete, when some may not be in the file. */
    synchronized void clear() {
        byTrace.clear();
        bytes = 0;
    }
}
