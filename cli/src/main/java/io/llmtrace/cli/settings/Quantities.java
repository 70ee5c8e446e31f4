package io.llmtrace.cli.settings;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses and formats the sizes and durations in settings and options, which are numbers with units. */
public final class Quantities {

    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15}) ?(B|KIB|MIB|GIB)?");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?) ?(ms|s|m|h|d|w)");
    private static final List<String> SIZE_UNITS = List.of("B", "KiB", "MiB", "GiB");

    private Quantities() {}

    /**
     * Parses a size such as {@code 64MiB}, in bytes if it has no unit.
     *
     * @return bytes
     * @throws IllegalArgumentException if it is none
     */
    public static long parseSize(String text) {
        Matcher size = SIZE.matcher(text.toUpperCase(Locale.ROOT));
        if (size.matches()) {
            try {
                return Math.multiplyExact(Long.parseLong(size.group(1)), bytesOf(size.group(2)));
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException("too large", e);
            }
        }
        throw new IllegalArgumentException("not a size such as 64MiB or 67108864 (bytes)");
    }

    private static long bytesOf(@Nullable String unit) {
        return switch (unit == null ? "B" : unit) {
            case "KIB" -> 1 << 10;
            case "MIB" -> 1 << 20;
            case "GIB" -> 1 << 30;
            default -> 1;
        };
    }

    /** Formats a size for {@link #parseSize}, in the largest unit in which it is a whole number. */
    public static String formatSize(long bytes) {
        long number = bytes;
        int unit = 0;
        while (number != 0 && number % 1024 == 0 && unit < SIZE_UNITS.size() - 1) {
            number /= 1024;
            unit++;
        }
        return number + SIZE_UNITS.get(unit);
    }

    /** Parses a duration such as {@code 250ms}, {@code 2.5s} or {@code 7d}; empty if it is none. */
    public static Optional<Duration> duration(String text) {
        Matcher duration = DURATION.matcher(text);
        return duration.matches()
                ? Optional.of(Duration.ofMillis(
                        Math.round(Double.parseDouble(duration.group(1)) * millisOf(duration.group(2)))))
                : Optional.empty();
    }

    /**
     * Parses a duration such as {@code 250ms}, {@code 2.5s} or {@code 1m}, in milliseconds if it has no unit.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Duration parseDuration(String text) {
        if (text.matches("[0-9]{1,18}")) {
            return Duration.ofMillis(Long.parseLong(text));
        }
        return duration(text)
                .orElseThrow(() ->
                        new IllegalArgumentException("not a duration such as 250ms, 2.5s, 1m or 1500 (milliseconds)"));
    }

    /** Formats a duration as {@link #parseDuration} reads it. */
    public static String formatDuration(Duration duration) {
        return duration.toMillis() % 1_000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }

    private static long millisOf(String unit) {
        return switch (unit) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            case "d" -> 86_400_000;
            default -> 7 * 86_400_000L;
        };
    }
}
