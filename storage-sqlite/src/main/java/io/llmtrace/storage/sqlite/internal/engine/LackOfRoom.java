package io.llmtrace.storage.sqlite.internal.engine;

/**
 * Why a store takes no spans.
 *
 * @param what is full
 * @param message what to do, for an operator
 */
public record LackOfRoom(What what, String message) {

    /** What can be full. */
    public enum What {
        /** The disk of the file. */
        DISK,
        /** The file itself: it has reached {@code max_size_mb}. */
        QUOTA
    }
}
