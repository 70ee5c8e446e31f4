package io.llmtrace.storage.spi;

import io.llmtrace.storage.ResultTooLargeException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The memory that one read takes, for its result and on the way to it. A store counts what it reads, before it reads it where it
 * knows the size, so that a result without room is refused rather than exhausting the heap.
 *
 * <pre>
 *   caller ── within(budget, read) ──▶ store ── ofRead(limit) ──▶ reserve ──▶ budget of the caller, if there is one
 *                                                                        └─▶ limit of the store, otherwise
 * </pre>
 *
 * A caller that reads for many clients, such as a server, has a budget for all of its results. Otherwise, each read has the limit
 * of the store's own settings. Not thread-safe: a read happens on the thread of its call.
 */
public final class ReadMemory implements AutoCloseable {

    private static final ThreadLocal<@Nullable Budget> OF_THREAD = new ThreadLocal<>();

    private final Budget budget;
    private long result;
    private long temporary;

    private ReadMemory(Budget budget) {
        this.budget = budget;
    }

    /** Memory that several reads may take together. What a read has reserved and not released is the size of its result. */
    public interface Budget {

        /**
         * Reserves memory.
         *
         * @throws ResultTooLargeException if one read may not take so much
         * @throws io.llmtrace.storage.OverloadedException if there is no room at the moment
         */
        void reserve(long bytes);

        /** Releases memory that was reserved. */
        void release(long bytes);
    }

    /** Runs reads on this thread whose memory is reserved from a budget. */
    public static <T> T within(Budget budget, Supplier<T> reads) {
        Budget before = OF_THREAD.get();
        OF_THREAD.set(budget);
        try {
            return reads.get();
        } finally {
            OF_THREAD.set(before);
        }
    }

    /**
     * Begins a read on this thread.
     *
     * @param maxBytes what it may take if the caller has no budget
     * @param setting the name of this limit, for the message of the exception
     */
    public static ReadMemory ofRead(long maxBytes, String setting) {
        Budget caller = OF_THREAD.get();
        return new ReadMemory(caller == null ? new Limit(maxBytes, setting) : caller);
    }

    /** Returns the memory of work that is no read, and has no limit. */
    public static ReadMemory unlimited() {
        return new ReadMemory(new Limit(Long.MAX_VALUE, ""));
    }

    /** Reserves memory for a part of the result; throws what {@link Budget#reserve} throws. */
    public void reserve(long bytes) {
        budget.reserve(bytes);
        result += bytes;
    }

    /** Reserves memory for something that is not part of the result, until it is released or the read ends. */
    public void reserveTemporary(long bytes) {
        budget.reserve(bytes);
        temporary += bytes;
    }

    /** Releases memory that was reserved for something that is not part of the result. */
    public void releaseTemporary(long bytes) {
        budget.release(bytes);
        temporary -= bytes;
    }

    /** Says that the read has succeeded, and that the memory of its result stays reserved. */
    public void keepResult() {
        result = 0;
    }

    /** Ends the read. Without a result, everything is released. */
    @Override
    public void close() {
        budget.release(temporary + result);
        temporary = 0;
        result = 0;
    }

    private static final class Limit implements Budget {
        private final long maxBytes;
        private final String setting;
        private long reserved;

        Limit(long maxBytes, String setting) {
            this.maxBytes = maxBytes;
            this.setting = setting;
        }

        @Override
        public void reserve(long bytes) {
            if (bytes > maxBytes - reserved) {
                throw new ResultTooLargeException("the result takes more than " + maxBytes + " bytes of memory ("
                        + setting + "); read less at a time, such as a smaller page or outlines, or raise it");
            }
            reserved += bytes;
        }

        @Override
        public void release(long bytes) {
            reserved -= bytes;
        }
    }
}
