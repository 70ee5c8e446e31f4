package io.llmtrace.benchmarks.tasks;

import io.llmtrace.benchmarks.contenders.Contenders;
import io.llmtrace.benchmarks.contenders.Metric;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Runs each task in a JVM of its own, all with the same flags, so that no contender profits from the heap or the compiled code of
 * another. In a quick run, whose numbers mean nothing, one JVM runs all tasks, since most are shorter than its start.
 */
public final class Fork implements AutoCloseable {

    private static final Duration LONGEST_TASK = Duration.ofHours(1);
    private static final Duration LONGEST_END = Duration.ofSeconds(30);

    private final Scale scale;
    private final Map<String, String> variables;
    private @Nullable Child child;

    /** @param variables environment variables in addition to those of this process */
    public Fork(Scale scale, Map<String, String> variables) {
        this.scale = scale;
        this.variables = Map.copyOf(variables);
    }

    private record Child(Process process, Writer tasks, BufferedReader answers, Path log) {}

    /** Returns the JVM flags, for the report. */
    public List<String> flags() {
        List<String> flags = new ArrayList<>(scale.jvmFlags());
        if (Runtime.version().feature() >= 22) {
            flags.add("--enable-native-access=ALL-UNNAMED");
        }
        return flags;
    }

    public Map<Metric, Double> run(Task task, Contenders contender, Path folder) {
        try {
            if (!scale.meansNothing()) {
                flushDisk();
            }
            Child current = child == null ? start() : child;
            child = current;
            String answer = answer(current, task, contender, folder);
            if (!scale.meansNothing()) {
                close();
            }
            return metrics(answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted during '" + task.id() + "'", e);
        }
    }

    private Child start() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ChildMain.class.getName()));
        Path log = Files.createTempFile("llmtrace-benchmark", ".log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().putAll(variables);
        Process process = builder.start();
        return new Child(
                process,
                process.outputWriter(StandardCharsets.UTF_8),
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)),
                log);
    }

    private static String answer(Child child, Task task, Contenders contender, Path folder)
            throws IOException, InterruptedException {
        child.tasks.write(String.join(ChildMain.SEPARATOR, task.id(), contender.name(), folder.toString()) + "\n");
        child.tasks.flush();
        String what = "'" + task.id() + "' of " + contender.text();
        CompletableFuture<@Nullable String> line = CompletableFuture.supplyAsync(() -> readLine(child.answers));
        try {
            String answer = line.get(LONGEST_TASK.toMinutes(), TimeUnit.MINUTES);
            if (answer == null || answer.equals(ChildMain.FAILED)) {
                throw new IllegalStateException(what + " failed:\n" + Files.readString(child.log));
            }
            return answer;
        } catch (TimeoutException e) {
            throw new IllegalStateException(what + " took longer than " + LONGEST_TASK, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(what + " failed", e.getCause());
        }
    }

    private static @Nullable String readLine(BufferedReader reader) {
        try {
            return reader.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<Metric, Double> metrics(String answer) {
        Map<Metric, Double> metrics = new EnumMap<>(Metric.class);
        for (String each : answer.split(" ")) {
            int equals = each.indexOf('=');
            metrics.put(Metric.valueOf(each.substring(0, equals)), Double.valueOf(each.substring(equals + 1)));
        }
        return metrics;
    }

    /** Flushes the disk, so that no contender pays for dirty pages of the one before. */
    private static void flushDisk() throws IOException, InterruptedException {
        if (Files.isExecutable(Path.of("/bin/sync"))) {
            new ProcessBuilder("/bin/sync").start().waitFor();
        }
    }

    /** Ends the JVM by closing its input, and kills it if it takes too long, so that it does not disturb the next one. */
    @Override
    public void close() {
        Child last = child;
        child = null;
        if (last == null) {
            return;
        }
        try {
            last.tasks.close();
        } catch (IOException e) {
            // it has ended already
        }
        try {
            if (!last.process.waitFor(LONGEST_END.toSeconds(), TimeUnit.SECONDS)) {
                last.process.destroyForcibly().waitFor();
            }
            Files.deleteIfExists(last.log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
