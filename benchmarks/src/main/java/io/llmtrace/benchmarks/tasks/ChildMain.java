package io.llmtrace.benchmarks.tasks;

import io.llmtrace.benchmarks.contenders.Contender;
import io.llmtrace.benchmarks.contenders.Contenders;
import io.llmtrace.benchmarks.contenders.Metric;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The main class of a child process that runs tasks. It reads a line for each task, {@code TASK⇥CONTENDER⇥FOLDER}, and answers with
 * a line, {@code METRIC=value METRIC=value …} or {@value #FAILED}. It ends with its input.
 */
final class ChildMain {

    static final String SEPARATOR = "\t";
    static final String FAILED = "failed";

    private ChildMain() {}

    public static void main(String[] arguments) throws IOException {
        PrintStream answers = System.out;
        System.setOut(System.err); // the output of tasks must not mix with the answers
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            answers.println(answer(line.split(SEPARATOR)));
            answers.flush();
        }
    }

    private static String answer(String[] words) {
        try {
            Task task = Tasks.parse(words[0]);
            Contender contender = Contenders.valueOf(words[1]).contender();
            Map<Metric, Double> metrics = task.run(contender, Path.of(words[2]));
            return metrics.entrySet().stream()
                    .map(each -> each.getKey().name() + "=" + each.getValue())
                    .collect(Collectors.joining(" "));
        } catch (RuntimeException | Error e) {
            e.printStackTrace();
            return FAILED;
        }
    }
}
