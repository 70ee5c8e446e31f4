package io.llmtrace.otlp.internal.usage;

import static io.llmtrace.otlp.internal.wire.Decode.saturatedSum;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One half of a call, input or output: a number, and further ones that it may include or not.
 *
 * @param base the number; null if only others are reported
 * @param parts the others, 0 for those that are not reported
 * @param apart the parts that are to be added to the number, as far as the total does not show something else: bit i for part i
 */
record Parts(@Nullable Long base, List<Long> parts, int apart) {

    /**
     * One reading of the numbers.
     *
     * @param added the parts that the number does not include
     * @param sum the number and these parts
     */
    record Reading(int added, long sum) {}

    /** Returns the number of tokens in this half; null if it is not known. */
    @Nullable
    Long countOf(Reading reading) {
        return base == null && reading.added == 0 ? null : Long.valueOf(reading.sum);
    }

    /** Returns the reading that holds if there is no total. */
    Reading usual() {
        int added = 0;
        for (int i = 0; i < parts.size(); i++) {
            added |= parts.get(i) > 0 ? apart & (1 << i) : 0;
        }
        return new Reading(added, sum(added));
    }

    /**
     * Returns the readings that are possible, the usual one first, then those that differ in the fewest parts. A sum below one of its
     * parts is not possible.
     */
    List<Reading> readings() {
        Reading usual = usual();
        long largest = parts.stream().mapToLong(Long::longValue).max().orElse(0);
        List<Reading> readings = new ArrayList<>();
        for (int added = 0; added < 1 << parts.size(); added++) {
            if (base != null && hasOnlyReported(added) && sum(added) >= largest) {
                readings.add(new Reading(added, sum(added)));
            }
        }
        readings.sort(Comparator.comparingInt(reading -> Integer.bitCount(reading.added ^ usual.added)));
        readings.remove(usual);
        readings.add(0, usual);
        return readings;
    }

    private boolean hasOnlyReported(int added) {
        for (int i = 0; i < parts.size(); i++) {
            if ((added & (1 << i)) != 0 && parts.get(i) == 0) {
                return false;
            }
        }
        return true;
    }

    private long sum(int added) {
        long sum = base == null ? 0 : base;
        for (int i = 0; i < parts.size(); i++) {
            sum = (added & (1 << i)) == 0 ? sum : saturatedSum(sum, parts.get(i));
        }
        return sum;
    }
}
