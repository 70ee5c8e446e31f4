package io.llmtrace.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs each task in a JVM of its own, all with the same flags: what one contender leaves in the heap or in compiled code is
 * not another's advantage.
 */
final class Fork {

    private static final Duration LONGEST_TASK = Duration.ofHours(1);

    private final List<String> jvmFlags;
    private final Map<String, String> variables;

    /** @param variables of the environment, beyond those of this process */
    Fork(List<String> jvmFlags, Map<String, String> variables) {
        this.jvmFlags = jvmFlags;
        this.variables = Map.copyOf(variables);
    }

    /** The flags, for the record. */
    List<String> flags() {
        List<String> flags = new ArrayList<>(jvmFlags);
        if (Runtime.version().feature() >= 22) {
            flags.add("--enable-native-access=ALL-UNNAMED");
        }
        return flags;
    }

    Map<Figure, Double> run(Task task, Contenders contender, Path folder) {
        Path result = folder.resolve("result.txt");
        Path log = folder.resolve("log.txt");
        try {
            Files.deleteIfExists(result);
            flushDisk();
            int status = start(task, contender, folder, result, log);
            if (status != 0) {
                throw new IllegalStateException("'" + task.id() + "' of " + contender.text() + " failed with status "
                        + status + ":\n" + Files.readString(log));
            }
            return read(result);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted during '" + task.id() + "'", e);
        }
    }

    private int start(Task task, Contenders contender, Path folder, Path result, Path log)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ChildMain.class.getName()));
        command.addAll(List.of(task.id(), contender.name(), folder.toString(), result.toString()));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(variables);
        Process process = builder.start();
        try {
            if (!process.waitFor(LONGEST_TASK.toMinutes(), TimeUnit.MINUTES)) {
                throw new IllegalStateException(
                        "'" + task.id() + "' of " + contender.text() + " took longer than " + LONGEST_TASK);
            }
            return process.exitValue();
        } finally {
            process.destroyForcibly(); // one that took too long must not disturb the next
        }
    }

    /** So that no contender pays for what the one before left in the page cache. */
    private static void flushDisk() throws IOException, InterruptedException {
        if (Files.isExecutable(Path.of("/bin/sync"))) {
            new ProcessBuilder("/bin/sync").start().waitFor();
        }
    }

    private static Map<Figure, Double> read(Path result) throws IOException {
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        for (String line : Files.readAllLines(result)) {
            int equals = line.indexOf('=');
            figures.put(Figure.valueOf(line.substring(0, equals)), Double.valueOf(line.substring(equals + 1)));
        }
        return figures;
    }
}
