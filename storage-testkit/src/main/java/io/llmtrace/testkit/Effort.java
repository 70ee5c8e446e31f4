package io.llmtrace.testkit;

/**
 * The amount of work of a test that has a short and a long form. The default build runs the short form; the profile
 * {@code full} sets the system property {@code llmtrace.full} and gets the long one.
 */
public final class Effort {

    private static final boolean FULL = Boolean.getBoolean("llmtrace.full");

    private Effort() {}

    /** Returns {@code full} in a build with {@code -Pfull}, and {@code quick} in any other. */
    public static int of(int quick, int full) {
        return FULL ? full : quick;
    }

    /** Returns whether tests run in their long form. */
    static boolean isFull() {
        return FULL;
    }
}
