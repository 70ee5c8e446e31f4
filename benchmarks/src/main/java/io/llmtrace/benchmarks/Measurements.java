package io.llmtrace.benchmarks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What was measured: for each subject and contender the figures of each round. */
final class Measurements {

    private final Map<Key, List<Map<Figure, Double>>> rounds = new HashMap<>();

    /** @param subject what was measured, such as {@code write chat} */
    record Key(String subject, Contenders contender) {}

    void add(String subject, Contenders contender, Map<Figure, Double> figures) {
        rounds.computeIfAbsent(new Key(subject, contender), key -> new ArrayList<>())
                .add(figures);
    }

    /** Of each round, in order. */
    List<Double> values(String subject, Contenders contender, Figure figure) {
        List<Map<Figure, Double>> all = rounds.get(new Key(subject, contender));
        if (all == null) {
            throw new IllegalArgumentException("not measured: '" + subject + "' of " + contender.text());
        }
        return all.stream()
                .map(figures -> figures.getOrDefault(figure, Double.NaN))
                .toList();
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
