package io.llmtrace.samples;

import java.util.List;
import java.util.Random;
import java.util.UUID;

/** A seeded source of random values. It uses {@link Random}, whose specification guarantees the same numbers on every JDK. */
final class Dice {

    private static final char[] HEX = "0123456789abcdef".toCharArray();
    private static final char[] UPPER = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789".toCharArray();

    private final Random random;

    Dice(long seed) {
        this.random = new Random(mix(seed));
    }

    /** Returns a seed for the part {@code index} of a whole, so that each part can be made without those before it. */
    static long seedOf(long seed, long index) {
        return mix(seed + 0x9E3779B97F4A7C15L * (index + 1));
    }

    /**
     * Mixes the bits of a seed with SplitMix64's finalizer, since {@link Random} starts with similar numbers for adjacent
     * seeds.
     */
    private static long mix(long seed) {
        long z = (seed ^ (seed >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** Returns a number in [low, high]. */
    int between(int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    /** Returns a number in [low, high). */
    double between(double low, double high) {
        return low + random.nextDouble() * (high - low);
    }

    /** Returns a number in [0, bound). Low numbers are more frequent, like the most common words of a language. */
    int skewed(int bound) {
        return Math.min(random.nextInt(bound), random.nextInt(bound));
    }

    /** Returns a log-normal value, as durations are: usually near the median, occasionally a multiple of it. */
    long around(long median, double spread) {
        double factor = Math.exp(Math.max(-3, Math.min(3, random.nextGaussian())) * spread);
        return Math.max(1, Math.round(median * factor));
    }

    <T> T pick(List<T> items) {
        return items.get(random.nextInt(items.size()));
    }

    long nextLong() {
        return random.nextLong();
    }

    /** Returns a random UUID of version 4. */
    UUID uuid() {
        long high = random.nextLong() & 0xFFFFFFFFFFFF0FFFL | 0x4000L;
        long low = random.nextLong() & 0x3FFFFFFFFFFFFFFFL | 0x8000000000000000L;
        return new UUID(high, low);
    }

    String hex(int digits) {
        return letters(HEX, digits);
    }

    /** Returns upper-case letters and digits, without those that are easily confused. */
    String upper(int length) {
        return letters(UPPER, length);
    }

    private String letters(char[] alphabet, int length) {
        char[] text = new char[length];
        for (int i = 0; i < length; i++) {
            text[i] = alphabet[random.nextInt(alphabet.length)];
        }
        return new String(text);
    }
}
