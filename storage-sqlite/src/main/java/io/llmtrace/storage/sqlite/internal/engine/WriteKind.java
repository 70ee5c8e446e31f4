package io.llmtrace.storage.sqlite.internal.engine;

/** What a transaction is for, which decides how much of the reserve it must leave ({@link WriteRoom}). */
public enum WriteKind {
    /** Stores spans. Leaves the whole reserve. */
    SPANS(1.0),
    /** Work in the background that takes space, such as filling the text index. Leaves half of the reserve. */
    UPKEEP(0.5),
    /** Takes space for a moment to free more of it, such as merging deleted tokens out of the text index. Leaves a quarter. */
    CLEANUP(0.25),
    /** Deletes, and small changes that must be possible at any time. May use all of the reserve. */
    DELETES(0);

    private final double leaves;

    WriteKind(double leaves) {
        this.leaves = leaves;
    }

    /** Returns how much of a reserve must be left. */
    long leavesOf(long reserve) {
        return (long) (leaves * reserve);
    }
}
