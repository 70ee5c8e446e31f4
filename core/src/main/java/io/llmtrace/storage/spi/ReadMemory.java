package io.llmtrace.storage.spi;

import io.llmtrace.storage.ResultTooLargeException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The memory that one read takes, for its result and on the way to it. A store counts what it reads, before it reads it where it
 * knows the size, so that a result without room is refused rather than exhausting the heap.
 *
 * <pre>
 *   caller ── within(budget, read) ──▶ store ── ofRead(limit) ──▶ take ──▶ budget of the caller, if there is one
 *                                                                     └─▶ limit of the store, otherwise
 * </pre>
 *
 * A caller that reads for many clients, such as a server, has a budget for all of its results. Otherwise, each read has the limit
 * of the store's own settings. Not thread-safe: a read happens on the thread of its call.
 */
public final class ReadMemory implements AutoCloseable {

    private static final ThreadLocal<@Nullable Budget> OF_THREAD = new ThreadLocal<>();

    private final Budget budget;
    private long result;
    private long scratch;

    private ReadMemory(Budget budget) {
        this.budget = budget;
    }

    /** Memory that several reads may take together. What a read has taken and not given back is the size of its result. */
    public interface Budget {

        /**
         * Takes memory.
         *
         * @throws ResultTooLargeException if one read may not take so much
         * @throws io.llmtrace.storage.OverloadedException if there is no room at the moment
         */
        void take(long bytes);

        /** Gives back memory that was taken. */
        void giveBack(long bytes);
    }

    /** Runs reads on this thread whose memory is taken from a budget. */
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

    /** Takes memory for a part of the result; throws what {@link Budget#take} throws. */
    public void take(long bytes) {
        budget.take(bytes);
        result += bytes;
    }

    /** Takes memory for something that is not part of the result, until it is given back or the read ends. */
    public void takeScratch(long bytes) {
        budget.take(bytes);
        scratch += bytes;
    }

    /** Gives back memory that was taken for something that is not part of the result. */
    public void giveBackScratch(long bytes) {
        budget.giveBack(bytes);
        scratch -= bytes;
    }

    /** Says that the read has succeeded, and that what its result takes stays taken. */
    public void keepResult() {
        result = 0;
    }

    /** Ends the read. Without a result, everything is given back. */
    @Override
    public void close() {
        budget.giveBack(scratch + result);
        scratch = 0;
        result = 0;
    }

    private static final class Limit implements Budget {
        private final long maxBytes;
        private final String setting;
        private long taken;

        Limit(long maxBytes, String setting) {
            this.maxBytes = maxBytes;
            this.setting = setting;
        }

        @Override
        public void take(long bytes) {
            if (bytes > maxBytes - taken) {
                throw new ResultTooLargeException("the result takes more than " + maxBytes + " bytes of memory ("
                        + setting + "); read less at a time, such as a smaller page or outlines, or raise it");
            }
            taken += bytes;
        }

        @Override
        public void giveBack(long bytes) {
            taken -= bytes;
        }
    }
}
