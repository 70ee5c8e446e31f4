package io.llmtrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A process that does one task for one contender: {@code ChildMain TASK CONTENDER FOLDER RESULT_FILE}. */
final class ChildMain {

    private ChildMain() {}

    public static void main(String[] arguments) throws IOException {
        Task task = Tasks.parse(arguments[0]);
        Contender contender = Contenders.valueOf(arguments[1]).contender();
        Map<Figure, Double> figures = task.run(contender, Path.of(arguments[2]));
        List<String> lines = new ArrayList<>();
        figures.forEach((figure, value) -> lines.add(figure.name() + "=" + value));
        Files.write(Path.of(arguments[3]), lines);
    }
}
