package io.llmtrace.benchmarks.report;

import io.llmtrace.benchmarks.contenders.Contenders;
import io.llmtrace.benchmarks.contenders.Metric;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The measured values: the metrics of each round, by subject and contender. */
public final class Measurements {

    private final Map<Key, List<Map<Metric, Double>>> rounds = new HashMap<>();

    /** @param subject the name of the measurement, such as {@code write chat} */
    record Key(String subject, Contenders contender) {}

    public void add(String subject, Contenders contender, Map<Metric, Double> metrics) {
        rounds.computeIfAbsent(new Key(subject, contender), key -> new ArrayList<>())
                .add(metrics);
    }

    /** Returns the value of each round, in order. */
    public List<Double> values(String subject, Contenders contender, Metric metric) {
        List<Map<Metric, Double>> all = rounds.get(new Key(subject, contender));
        if (all == null) {
            throw new IllegalArgumentException("not measured: '" + subject + "' of " + contender.text());
        }
        return all.stream()
                .map(metrics -> metrics.getOrDefault(metric, Double.NaN))
                .toList();
    }

    public static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
