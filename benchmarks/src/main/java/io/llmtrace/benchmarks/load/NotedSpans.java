package io.llmtrace.benchmarks.load;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceSpan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A sample of the spans in a store, noted for later reads. Each has a model, a tag and words to search for. */
public final class NotedSpans {

    private static final String FILE = "noted-spans.jsonl";
    private static final int MOST = 2_000;
    private static final Pattern NO_LETTERS = Pattern.compile("[^A-Za-z]+");
    /** Words in lower case only, since the original design does not fold case. */
    private static final Pattern SMALL_LETTERS = Pattern.compile("[a-z]{3,}");

    private final List<TraceSpan> spans = new ArrayList<>();
    private final int distance;
    private long seen;

    /** @param count the number of spans that will be stored */
    public NotedSpans(int count) {
        this.distance = Math.max(1, count / MOST);
    }

    public void see(TraceSpan span) {
        if (seen++ >= (long) spans.size() * distance
                && span.modelName() != null
                && !span.tags().isEmpty()
                && !words(span).isEmpty()) {
            spans.add(span);
        }
    }

    /** Returns the words of the prompt that consist of lower-case letters only. */
    public static List<String> words(TraceSpan span) {
        return words(span.prompt());
    }

    public static String longestWord(TraceSpan span) {
        return words(span).stream().max(Comparator.comparing(String::length)).orElseThrow();
    }

    private static List<String> words(@Nullable String text) {
        return text == null
                ? List.of()
                : NO_LETTERS
                        .splitAsStream(text)
                        .filter(word -> SMALL_LETTERS.matcher(word).matches())
                        .toList();
    }

    public void write(Path folder) {
        try {
            Files.write(
                    folder.resolve(FILE), spans.stream().map(TraceJson::write).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies the file of the sample to the folder of another store that holds the same spans. */
    public static void copy(Path from, Path to) {
        try {
            Files.copy(from.resolve(FILE), to.resolve(FILE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static List<TraceSpan> read(Path folder) {
        try {
            return Files.readAllLines(folder.resolve(FILE)).stream()
                    .map(TraceJson::readSpan)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
