package io.llmtrace.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.testkit.Effort;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a writing process with {@code kill -9}, again and again on one file. */
final class SqliteKillTest {

    private static final int ROUNDS = Effort.of(3, 100);

    /** Acknowledgements until the first kill: enough for each kind of step. */
    private static final int FIRST_KILL_AFTER = 30;

    private final Set<Integer> stored = new HashSet<>();
    private final Set<Integer> rewritten = new HashSet<>();
    private final Set<Integer> deleted = new HashSet<>();

    @TempDir
    private Path folder;

    @Test
    void killedWriter_losesNothingAcknowledged() throws Exception {
        Path file = folder.resolve("traces.db");
        long seed = Long.getLong("llmtrace.seed", System.nanoTime());
        Random random = new Random(seed);
        int next = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int killAfter = round == 0 ? FIRST_KILL_AFTER : random.nextInt(FIRST_KILL_AFTER);
            int last = writeAndKill(file, next, killAfter, random.nextInt(3_000_000));
            try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
                // The write that the kill hit is stored as a whole or not at all; the next round starts after it.
                for (int number = Math.max(0, next - 5); number <= last + 1; number++) {
                    check(repository, number, last, "round " + round + ", seed " + seed);
                }
            }
            next = last + 2;
        }
        try (SqliteTraceRepository repository = SqliteTraceRepository.open(file)) {
            checkCounts(repository, next);
            repository.compact();
            checkCounts(repository, next);
        }
        assertThat(stored).hasSizeGreaterThan(ROUNDS);
        assertThat(rewritten).isNotEmpty();
        assertThat(deleted).isNotEmpty();
    }

    /** Returns the last step that started, as far as the acknowledgements of the process tell. */
    private int writeAndKill(Path file, int first, int killAfter, int thenNanos) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WriterProcess.class.getName(),
                        file.toString(),
                        Integer.toString(first))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int last = first - 1;
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (int i = 0; i < killAfter; i++) {
                last = Math.max(last, note(output.readLine()));
            }
            long end = System.nanoTime() + thenNanos; // into the middle of a write
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            process.toHandle()
                    .destroyForcibly(); // leaves the pipe open: its last acknowledgements are still to be read
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                last = Math.max(last, note(line));
            }
        }
        return last;
    }

    private int note(String line) {
        assertThat(line).as("acknowledgement of the writer").isNotNull().matches("(stored|rewritten|deleted) \\d+");
        String[] words = line.split(" ");
        int number = Integer.parseInt(words[1]);
        switch (words[0]) {
            case "stored" -> stored.add(number);
            case "rewritten" -> rewritten.add(number);
            default -> deleted.add(number);
        }
        return words[0].equals("stored") ? number : -1;
    }

    private void check(SqliteTraceRepository repository, int number, int last, String where) {
        Optional<TraceEvent> found = repository.getTrace(WriterProcess.TENANT, WriterProcess.traceId(number));
        String what = "trace " + number + ", " + where;
        if (deleted.contains(number)) {
            assertThat(found).as(what).isEmpty();
            return;
        }
        boolean mayBeDeleted = number == last - 4;
        if (found.isEmpty()) {
            assertThat(stored.contains(number) && !mayBeDeleted)
                    .as(what + " is missing")
                    .isFalse();
            return;
        }
        List<TraceSpan> first = WriterProcess.trace(number, 1).spans();
        List<TraceSpan> second = WriterProcess.trace(number, 2).spans();
        Set<TraceSpan> legal = new HashSet<>(rewritten.contains(number) ? second : first);
        if (!rewritten.contains(number)) {
            legal.addAll(second); // the kill may have hit the rewrite, which was made span by span
        }
        assertThat(legal).as(what).containsAll(found.get().spans());
        if (stored.contains(number)) {
            assertThat(found.get().spans()).as(what).hasSize(first.size());
        }
    }

    /** Checks that lists, counts and the text index agree with the traces that are read one by one. */
    private static void checkCounts(SqliteTraceRepository repository, int end) {
        List<TraceEvent> traces = IntStream.range(0, end)
                .mapToObj(number -> repository.getTrace(WriterProcess.TENANT, WriterProcess.traceId(number)))
                .flatMap(Optional::stream)
                .toList();
        long spans = traces.stream().mapToLong(trace -> trace.spans().size()).sum();
        StorageStats stats = repository.stats(WriterProcess.TENANT);
        assertThat(stats.totalTraces()).isEqualTo(traces.size());
        assertThat(stats.totalSpans()).isEqualTo(spans);
        TraceQuery all = TraceQuery.builder(WriterProcess.TENANT)
                .limit(TraceQuery.MAX_LIMIT)
                .build();
        assertThat(repository.queryTraces(all).items()).containsExactlyInAnyOrderElementsOf(traces);
        Set<TraceSpan> matching = traces.stream()
                .flatMap(trace -> trace.spans().stream())
                .filter(span -> span.response() != null && span.response().equals("answer 3"))
                .collect(Collectors.toSet());
        assertThat(repository
                        .querySpans(all.toBuilder()
                                .text("ANSWER 3")
                                .operationName("step 3")
                                .build())
                        .items())
                .containsExactlyInAnyOrderElementsOf(matching);
    }
}
