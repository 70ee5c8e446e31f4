package io.llmtrace.storage.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.storage.analytics.Percentiles;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DurationCountsTest {

    @Test
    void percentiles_ofNone() {
        assertThat(new DurationCounts().percentiles()).isNull();
    }

    @Test
    void percentiles_areThoseOfTheSortedList_howeverTheyAreAdded() {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            DurationCounts left = new DurationCounts();
            DurationCounts right = new DurationCounts();
            List<Long> all = new ArrayList<>();
            int count = 1 + random.nextInt(400);
            for (int i = 0; i < count; i++) {
                long value = random.nextInt(50) == 0 ? Long.MAX_VALUE : random.nextInt(1 + seed * seed);
                all.add(value);
                (random.nextBoolean() ? left : right).add(value);
            }
            left.addAll(right);
            Collections.sort(all);

            assertThat(left.percentiles())
                    .isEqualTo(new Percentiles(nearestRank(all, 50), nearestRank(all, 95), nearestRank(all, 99)));
        }
    }

    private static long nearestRank(List<Long> sorted, int percent) {
        return sorted.get((sorted.size() * percent + 99) / 100 - 1);
    }
}
