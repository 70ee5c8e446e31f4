package io.llmtrace.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Two series of the same figure, one value a round, and the ratio that is wanted of them.
 *
 * @param ours of each round
 * @param baseline of the same rounds
 */
record Comparison(
        String measure, Figure figure, List<Double> ours, String baselineName, List<Double> baseline, Wanted wanted) {

    /**
     * The bound of a ratio.
     *
     * @param enoughMicroseconds a time of ours that will do whatever the ratio is; NaN for none
     */
    record Wanted(boolean atLeast, double ratio, double enoughMicroseconds) {

        static Wanted atLeast(double ratio) {
            return new Wanted(true, ratio, Double.NaN);
        }

        static Wanted atMost(double ratio) {
            return new Wanted(false, ratio, Double.NaN);
        }

        /** Such a ratio, or a time up to so many microseconds. */
        static Wanted atMost(double ratio, double orMicroseconds) {
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
                    : bound + " or <= " + Figure.MEDIAN_MICROSECONDS.format(enoughMicroseconds);
        }
    }

    Comparison {
        if (ours.isEmpty() || ours.size() != baseline.size()) {
            throw new IllegalArgumentException(measure + ": rounds " + ours.size() + " != " + baseline.size());
        }
    }

    /** Ours by theirs, of each round: what disturbs one round disturbs both sides of it. */
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

    /** A row of the Markdown table, whose head is {@link #HEAD}. */
    String row() {
        List<Double> ratios = ratios();
        String range = ratios.size() == 1
                ? ""
                : " (" + format(Collections.min(ratios)) + " to " + format(Collections.max(ratios)) + ")";
        return "| " + measure
                + " | " + figure.format(Measurements.median(ours))
                + " | " + figure.format(Measurements.median(baseline)) + ", " + baselineName
                + " | " + format(ratio()) + range
                + " | " + wanted
                + " | " + (met() ? "yes" : "**no**") + " |";
    }

    static final String HEAD = """
            | measure | ours | baseline | ratio, median (range) | wanted | met |
            |---|---:|---:|---:|---:|---|
            """;

    /** Three significant digits. */
    private static String format(double ratio) {
        if (ratio >= 100 || ratio == 0) {
            return String.format(Locale.ROOT, "%.0f", ratio);
        }
        int decimals = (int) Math.max(0, 2 - Math.floor(Math.log10(ratio)));
        return String.format(Locale.ROOT, "%." + decimals + "f", ratio);
    }
}
