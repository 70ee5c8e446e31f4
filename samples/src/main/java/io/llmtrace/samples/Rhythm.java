package io.llmtrace.samples;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Picks times at which people use applications: more often by day than by night, and less often on weekends. Times are in UTC.
 */
final class Rhythm {

    /** The load of each hour from midnight, as a share of the busiest hour. */
    private static final double[] HOURS = {
        .10, .07, .05, .05, .06, .10, .20, .40, .70, .92, 1.0, .98, .85, .90, .98, .96, .88, .75, .58, .48, .44, .36,
        .25, .16
    };

    private Rhythm() {}

    /** Returns a time in [from, to]. */
    static Instant pick(Dice dice, Instant from, Instant to) {
        long range = to.toEpochMilli() - from.toEpochMilli();
        while (true) {
            Instant time = from.plusMillis((long) dice.between(0.0, range + 1.0));
            if (dice.chance(busy(time))) {
                return time;
            }
        }
    }

    private static double busy(Instant time) {
        LocalDateTime local = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
        boolean weekend = local.getDayOfWeek() == DayOfWeek.SATURDAY || local.getDayOfWeek() == DayOfWeek.SUNDAY;
        return HOURS[local.getHour()] * (weekend ? 0.45 : 1);
    }
}
