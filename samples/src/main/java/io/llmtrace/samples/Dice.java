package io.llmtrace.samples;

import java.util.List;
import java.util.Random;
import java.util.UUID;

/** Chance with a seed. Built on {@link Random}, whose numbers its specification fixes: the same on every JDK. */
final class Dice {

    private static final char[] HEX = "0123456789abcdef".toCharArray();
    private static final char[] UPPER = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789".toCharArray();

    private final Random random;

    Dice(long seed) {
        this.random = new Random(mix(seed));
    }

    /** A seed for the {@code index}-th part of a whole, so that each part can be made without those before it. */
    static long seedOf(long seed, long index) {
        return mix(seed + 0x9E3779B97F4A7C15L * (index + 1));
    }

    /** Neighbouring seeds give {@link Random} like first numbers; this is SplitMix64's finalizer, which parts them. */
    private static long mix(long seed) {
        long z = (seed ^ (seed >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** In [low, high]. */
    int between(int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    /** In [low, high). */
    double between(double low, double high) {
        return low + random.nextDouble() * (high - low);
    }

    /** In [0, bound), the low ones more often: words of a language are not all as frequent. */
    int skewed(int bound) {
        return Math.min(random.nextInt(bound), random.nextInt(bound));
    }

    /** Log-normal: mostly near the median, now and then a multiple of it, as durations are. */
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

    /** A random UUID of version 4. */
    UUID uuid() {
        long high = random.nextLong() & 0xFFFFFFFFFFFF0FFFL | 0x4000L;
        long low = random.nextLong() & 0x3FFFFFFFFFFFFFFFL | 0x8000000000000000L;
        return new UUID(high, low);
    }

    String hex(int digits) {
        return letters(HEX, digits);
    }

    /** Capital letters and digits, without those that are easily confused. */
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
