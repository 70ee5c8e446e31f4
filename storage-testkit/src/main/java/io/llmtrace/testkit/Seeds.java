package io.llmtrace.testkit;

import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/**
 * Repeats a random test with different seeds. A failure names its seed; {@code -Dllmtrace.seed=SEED} runs the test with that
 * seed alone, and {@code -Dllmtrace.rounds=N} runs it with N random seeds.
 */
public final class Seeds {

    private static final String SEED = "llmtrace.seed";
    private static final String ROUNDS = "llmtrace.rounds";

    private Seeds() {}

    /**
     * Runs the test {@code rounds} times with a new seed each time, a quarter as often in a build without {@code -Pfull}. The
     * system properties {@code llmtrace.seed} and {@code llmtrace.rounds} take precedence.
     */
    public static void run(int rounds, LongConsumer test) {
        Long onlySeed = Long.getLong(SEED);
        if (onlySeed != null) {
            runOne(onlySeed, test);
            return;
        }
        SplittableRandom seeds = new SplittableRandom();
        int count = Integer.getInteger(ROUNDS, Effort.of(Math.max(1, rounds / 4), rounds));
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
