package io.llmtrace.storage.spi;

import io.llmtrace.storage.analytics.Percentiles;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Durations for exact percentiles. Kept as how often each occurs, in a table with open addressing: spans are many, different
 * durations in milliseconds much fewer. Not safe for many threads.
 */
public final class DurationCounts {

    private static final int FIRST_CAPACITY = 8;

    /** Durations plus one; 0 marks a free place. */
    private long[] keys = new long[0];

    private long[] counts = new long[0];
    private int used;
    private long total;

    /** @param durationMs not negative */
    public void add(long durationMs) {
        add(durationMs + 1, 1);
    }

    public void addAll(DurationCounts others) {
        for (int i = 0; i < others.keys.length; i++) {
            if (others.keys[i] != 0) {
                add(others.keys[i], others.counts[i]);
            }
        }
    }

    /** Null of none. */
    public @Nullable Percentiles percentiles() {
        if (total == 0) {
            return null;
        }
        long[] sorted = new long[used];
        int n = 0;
        for (long key : keys) {
            if (key != 0) {
                sorted[n++] = key - 1;
            }
        }
        Arrays.sort(sorted);
        return new Percentiles(nearestRank(sorted, 50), nearestRank(sorted, 95), nearestRank(sorted, 99));
    }

    private long nearestRank(long[] sorted, int percent) {
        // ceil(total × percent / 100) without the rounding of fractions
        long rank = total / 100 * percent + (total % 100 * percent + 99) / 100;
        long seen = 0;
        for (long value : sorted) {
            seen += counts[placeOf(value + 1)];
            if (seen >= rank) {
                return value;
            }
        }
        throw new IllegalStateException("rank > total: " + rank + " > " + total);
    }

    private void add(long key, long count) {
        if (used * 2 >= keys.length) {
            grow();
        }
        int place = placeOf(key);
        if (keys[place] == 0) {
            keys[place] = key;
            used++;
        }
        counts[place] += count;
        total += count;
    }

    private int placeOf(long key) {
        int mask = keys.length - 1;
        int place = (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & mask;
        while (keys[place] != 0 && keys[place] != key) {
            place = (place + 1) & mask;
        }
        return place;
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldCounts = counts;
        keys = new long[Math.max(FIRST_CAPACITY, oldKeys.length * 2)];
        counts = new long[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int place = placeOf(oldKeys[i]);
                keys[place] = oldKeys[i];
                counts[place] = oldCounts[i];
            }
        }
    }
}
