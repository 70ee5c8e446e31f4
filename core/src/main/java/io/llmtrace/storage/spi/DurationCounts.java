package io.llmtrace.storage.spi;

import io.llmtrace.storage.analytics.Percentiles;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Collects durations for exact percentiles. A hash table with open addressing counts the occurrences of each duration, since there
 * are far fewer distinct durations in milliseconds than spans. Not thread-safe.
 */
public final class DurationCounts {

    private static final int FIRST_CAPACITY = 8;

    /** The durations plus one; 0 marks a free slot. */
    private long[] keys = new long[0];

    private long[] counts = new long[0];
    private int used;
    private long total;

    /** Adds a duration in milliseconds, which must not be negative. */
    public void add(long durationMs) {
        add(durationMs + 1, 1);
    }

    /** Adds all durations of another collection. */
    public void addAll(DurationCounts others) {
        for (int i = 0; i < others.keys.length; i++) {
            if (others.keys[i] != 0) {
                add(others.keys[i], others.counts[i]);
            }
        }
    }

    /** Returns the percentiles in milliseconds; null if there is no duration. */
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
        // ceil(total × percent / 100) in whole numbers, which neither round nor overflow
        long rank = total / 100 * percent + (total % 100 * percent + 99) / 100;
        long seen = 0;
        for (long value : sorted) {
            seen += counts[slotOf(value + 1)];
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
        int slot = slotOf(key);
        if (keys[slot] == 0) {
            keys[slot] = key;
            used++;
        }
        counts[slot] += count;
        total += count;
    }

    private int slotOf(long key) {
        int mask = keys.length - 1;
        int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & mask;
        while (keys[slot] != 0 && keys[slot] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldCounts = counts;
        keys = new long[Math.max(FIRST_CAPACITY, oldKeys.length * 2)];
        counts = new long[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int slot = slotOf(oldKeys[i]);
                keys[slot] = oldKeys[i];
                counts[slot] = oldCounts[i];
            }
        }
    }
}
