package io.llmtrace.benchmarks;

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

/** Spans from all over a store, which are looked for later; each has a model, a tag and words to search for. */
final class NotedSpans {

    private static final String FILE = "noted-spans.jsonl";
    private static final int MOST = 2_000;
    private static final Pattern NO_LETTERS = Pattern.compile("[^A-Za-z]+");
    /** The original design finds them as they are written only. */
    private static final Pattern SMALL_LETTERS = Pattern.compile("[a-z]{3,}");

    private final List<TraceSpan> spans = new ArrayList<>();
    private final int distance;
    private long seen;

    /** @param count of the spans that there will be */
    NotedSpans(int count) {
        this.distance = Math.max(1, count / MOST);
    }

    void see(TraceSpan span) {
        if (seen++ >= (long) spans.size() * distance
                && span.modelName() != null
                && !span.tags().isEmpty()
                && !words(span).isEmpty()) {
            spans.add(span);
        }
    }

    /** Of its prompt, without those that hold anything but small letters. */
    static List<String> words(TraceSpan span) {
        return words(span.prompt());
    }

    static String longestWord(TraceSpan span) {
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

    void write(Path folder) {
        try {
            Files.write(
                    folder.resolve(FILE), spans.stream().map(TraceJson::write).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For another store of the same spans. */
    static void copy(Path from, Path to) {
        try {
            Files.copy(from.resolve(FILE), to.resolve(FILE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<TraceSpan> read(Path folder) {
        try {
            return Files.readAllLines(folder.resolve(FILE)).stream()
                    .map(TraceJson::readSpan)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
