package io.llmtrace.benchmarks;

import java.nio.file.Path;
import java.util.Map;

/** One measurement of one contender, done in a process of its own. */
interface Task {

    /** Tells tasks apart; also what {@link Tasks#parse} reads. */
    String id();

    /** @param folder of this contender; what a task finds there and leaves there is up to the task */
    Map<Figure, Double> run(Contender contender, Path folder);
}
