package io.llmtrace.benchmarks.tasks;

import io.llmtrace.benchmarks.contenders.Contender;
import io.llmtrace.benchmarks.contenders.Metric;
import java.nio.file.Path;
import java.util.Map;

/** A measurement of one contender, which runs in a process of its own. */
public interface Task {

    /** Returns the text form of the task, which identifies it and which {@link Tasks#parse} reads. */
    String id();

    /**
     * Runs the measurement.
     *
     * @param folder the contender's folder, whose contents depend on the task
     */
    Map<Metric, Double> run(Contender contender, Path folder);
}
