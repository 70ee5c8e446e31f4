package io.llmtrace.benchmarks.report;

import io.llmtrace.benchmarks.contenders.Metric;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Two series of the same metric, with one value per round, and the wanted bound of their ratio.
 *
 * @param ours llmtrace's value of each round
 * @param baseline the baseline's value of each round
 */
public record Comparison(
        String measure, Metric metric, List<Double> ours, String baselineName, List<Double> baseline, Wanted wanted) {

    /**
     * The bound of a ratio.
     *
     * @param enoughMicroseconds a time of llmtrace's that is good enough whatever the ratio is; NaN for none
     */
    public record Wanted(boolean atLeast, double ratio, double enoughMicroseconds) {

        public static Wanted atLeast(double ratio) {
            return new Wanted(true, ratio, Double.NaN);
        }

        public static Wanted atMost(double ratio) {
            return new Wanted(false, ratio, Double.NaN);
        }

        /** Returns a bound that is met by such a ratio, or by a time of at most {@code orMicroseconds}. */
        public static Wanted atMost(double ratio, double orMicroseconds) {
            return new Wanted(false, ratio, orMicroseconds);
        }

        boolean isMetBy(double value, double ours) {
            return ours <= enoughMicroseconds || (atLeast ? value >= ratio : value <= ratio);
        }

        @Override
        public String toString() {
            String bound = (atLeast ? ">= " : "<= ") + ratio;
            return Double.isNaN(enoughMicroseconds)
                    ? bound
                    : bound + " or <= " + Metric.MEDIAN_MICROSECONDS.format(enoughMicroseconds);
        }
    }

    public Comparison {
        if (ours.isEmpty() || ours.size() != baseline.size()) {
            throw new IllegalArgumentException(measure + ": rounds " + ours.size() + " != " + baseline.size());
        }
    }

    /** Returns the ratio of each round, ours to the baseline's: a disturbance of a round affects both sides. */
    List<Double> ratios() {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < ours.size(); i++) {
            ratios.add(ours.get(i) / baseline.get(i));
        }
        return ratios;
    }

    double ratio() {
        return Measurements.median(ratios());
    }

    boolean met() {
        return wanted.isMetBy(ratio(), Measurements.median(ours));
    }

    /** Returns a row of the Markdown table with the head {@link #HEAD}. */
    String row() {
        List<Double> ratios = ratios();
        String range = ratios.size() == 1
                ? ""
                : " (" + format(Collections.min(ratios)) + " to " + format(Collections.max(ratios)) + ")";
        return "| " + measure
                + " | " + metric.format(Measurements.median(ours))
                + " | " + metric.format(Measurements.median(baseline)) + ", " + baselineName
                + " | " + format(ratio()) + range
                + " | " + wanted
                + " | " + (met() ? "yes" : "**no**") + " |";
    }

    static final String HEAD = """
            | measure | ours | baseline | ratio, median (range) | wanted | met |
            |---|---:|---:|---:|---:|---|
            """;

    /** Formats the value with three significant digits. */
    private static String format(double ratio) {
        if (ratio >= 100 || ratio == 0) {
            return String.format(Locale.ROOT, "%.0f", ratio);
        }
        int decimals = (int) Math.max(0, 2 - Math.floor(Math.log10(ratio)));
        return String.format(Locale.ROOT, "%." + decimals + "f", ratio);
    }
}
