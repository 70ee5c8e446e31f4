package io.llmtrace.benchmarks.environment;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Describes the machine and the versions of a run. */
public final class Machine {

    private static final List<String> MEMORY_FILE_SYSTEMS = List.of("tmpfs", "ramfs", "devtmpfs");

    private Machine() {}

    /** Returns whether the folder is in a file system in memory. */
    public static boolean isInMemory(Path folder) throws IOException {
        return MEMORY_FILE_SYSTEMS.contains(Files.getFileStore(folder).type());
    }

    public static Map<String, String> describe(Path folder) throws IOException {
        Map<String, String> record = new LinkedHashMap<>();
        record.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        record.put("commit", commit());
        record.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
        record.put("processor", processor());
        record.put("memory", memory());
        record.put(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        record.put("disk", disk(folder));
        record.put("JDK", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        return record;
    }

    private static String commit() {
        String commit = output("git", "rev-parse", "--short", "HEAD");
        if (commit.isEmpty()) {
            return "none";
        }
        return output("git", "status", "--porcelain").isEmpty() ? commit : commit + " with changes";
    }

    private static String processor() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        if (!Files.exists(info)) {
            return System.getProperty("os.arch");
        }
        return Files.readAllLines(info).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }

    private static String memory() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system) {
            return String.format(Locale.ROOT, "%.0f GB", system.getTotalMemorySize() / 1e9);
        }
        return "unknown";
    }

    private static String disk(Path folder) throws IOException {
        FileStore store = Files.getFileStore(folder);
        String kind = store.type() + " on " + store.name();
        String device = Path.of(store.name()).getFileName() == null
                ? ""
                : Path.of(store.name()).getFileName().toString();
        Path rotational = Path.of("/sys/block", device.replaceAll("p?\\d+$", ""), "queue/rotational");
        if (!Files.isReadable(rotational)) {
            return kind;
        }
        // Virtual disks often report 1, whatever the hardware is.
        return kind + ", rotational=" + Files.readString(rotational).strip();
    }

    /** Returns the output of a command, or an empty text if it fails. */
    private static String output(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 ? output : "";
        } catch (IOException e) {
            return ""; // there is no such command
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
