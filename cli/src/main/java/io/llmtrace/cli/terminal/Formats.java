package io.llmtrace.cli.terminal;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Formats times, numbers and ids in the same way for all commands. Null becomes an empty text. */
public final class Formats {

    private static final String[] BINARY_UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Formats() {}

    /** Formats a time in UTC, to the second: {@code 2026-01-31T09:30:00Z}. */
    public static String time(@Nullable Instant time) {
        return time == null ? "" : time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Formats a duration: {@code 850 ms}, {@code 4.92 s}, {@code 3 m 05 s}, {@code 2 h 07 m}, {@code 3 d 04 h}. */
    public static String duration(@Nullable Long millis) {
        if (millis == null) {
            return "";
        }
        if (millis < 1_000) {
            return millis + " ms";
        }
        if (millis < 60_000) {
            return String.format(Locale.ROOT, "%.2f s", millis / 1_000.0);
        }
        long seconds = millis / 1_000;
        if (seconds < 3_600) {
            return pair(seconds / 60, "m", seconds % 60, "s");
        }
        if (seconds < 86_400) {
            return pair(seconds / 3_600, "h", seconds % 3_600 / 60, "m");
        }
        return pair(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h");
    }

    /** Formats a number with thousands separators: {@code 9,870}. */
    public static String count(@Nullable Long count) {
        return count == null ? "" : String.format(Locale.ROOT, "%,d", count);
    }

    /** Formats a count with a noun in the singular or plural: {@code 1 trace}, {@code 2,000 traces}. */
    public static String count(long count, String noun) {
        return count(count) + " " + noun + (count == 1 ? "" : "s");
    }

    /** Formats US dollars: with cents from $10 on, with four decimals from $0.001 on, else with two significant digits. */
    public static String cost(@Nullable Double dollars) {
        if (dollars == null) {
            return "";
        }
        if (dollars >= 10) {
            return String.format(Locale.ROOT, "$%,.2f", dollars);
        }
        if (dollars == 0) {
            return "$0";
        }
        if (dollars >= 0.001) {
            return String.format(Locale.ROOT, "$%.4f", dollars);
        }
        BigDecimal small = new BigDecimal(dollars).round(new MathContext(2, RoundingMode.HALF_UP));
        return "$" + small.stripTrailingZeros().toPlainString();
    }

    /** Formats a size: {@code 512 B}, {@code 1.5 MiB}. */
    public static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        while (value >= 1024 && unit < BINARY_UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, BINARY_UNITS[unit]);
    }

    /** Formats a trace id as 32 hex digits, as tracing tools do. Every command accepts this and the form with dashes. */
    public static String traceId(UUID traceId) {
        return traceId.toString().replace("-", "");
    }

    private static String pair(long large, String largeUnit, long small, String smallUnit) {
        return String.format(Locale.ROOT, "%d %s %02d %s", large, largeUnit, small, smallUnit);
    }
}
