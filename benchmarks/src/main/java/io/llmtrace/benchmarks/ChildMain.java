package io.llmtrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A process that does tasks for contenders. It reads a line for each, {@code TASK⇥CONTENDER⇥FOLDER}, and answers with a line,
 * {@code FIGURE=value FIGURE=value …} or nothing but {@value #FAILED}; it ends with its input.
 */
final class ChildMain {

    static final String SEPARATOR = "\t";
    static final String FAILED = "failed";

    private ChildMain() {}

    public static void main(String[] arguments) throws IOException {
        PrintStream answers = System.out;
        System.setOut(System.err); // what tasks print is no answer
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
            Map<Figure, Double> figures = task.run(contender, Path.of(words[2]));
            return figures.entrySet().stream()
                    .map(each -> each.getKey().name() + "=" + each.getValue())
                    .collect(Collectors.joining(" "));
        } catch (RuntimeException | Error e) {
            e.printStackTrace();
            return FAILED;
        }
    }
}
