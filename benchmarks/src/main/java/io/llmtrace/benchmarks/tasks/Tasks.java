package io.llmtrace.benchmarks.tasks;

import io.llmtrace.benchmarks.load.Load;
import java.util.List;

/** Parses the text form of tasks, such as {@code write chat 100000 500 5000 1}, in which a child process gets them. */
public final class Tasks {

    private Tasks() {}

    public static Task parse(String id) {
        List<String> words = List.of(id.split(" "));
        return switch (words.get(0)) {
            case "write" ->
                new WriteTask(load(words), number(words, 2), number(words, 3), number(words, 4), number(words, 5));
            case "fill" -> new FillTask(load(words), number(words, 2), number(words, 3));
            case "read" -> new ReadTask(ReadTask.Read.valueOf(words.get(1)), number(words, 2), number(words, 3));
            case "request" ->
                new RequestTask(
                        load(words),
                        number(words, 2),
                        number(words, 3),
                        number(words, 4),
                        number(words, 5),
                        number(words, 6));
            default -> throw new IllegalArgumentException("no task '" + id + "'");
        };
    }

    private static Load load(List<String> words) {
        return Load.valueOf(words.get(1));
    }

    private static int number(List<String> words, int index) {
        return Integer.parseInt(words.get(index));
    }
}
