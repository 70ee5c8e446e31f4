package io.llmtrace.testkit;

import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/**
 * Runs a random test with seeds. A failure names its seed; {@code -Dllmtrace.seed=SEED} runs that one alone, and
 * {@code -Dllmtrace.rounds=N} runs more of them than usual.
 */
public final class Seeds {

    private static final String SEED = "llmtrace.seed";
    private static final String ROUNDS = "llmtrace.rounds";

    private Seeds() {}

    /** @param rounds with another seed each, unless told otherwise */
    public static void run(int rounds, LongConsumer test) {
        Long given = Long.getLong(SEED);
        if (given != null) {
            runOne(given, test);
            return;
        }
        SplittableRandom seeds = new SplittableRandom();
        int count = Integer.getInteger(ROUNDS, rounds);
        for (int i = 0; i < count; i++) {
            runOne(seeds.nextLong(), test);
        }
    }

    private static void runOne(long seed, LongConsumer test) {
        try {
            test.accept(seed);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("repeat with -D" + SEED + "=" + seed + "\n" + e.getMessage(), e);
        }
    }
}
