package io.llmtrace.benchmarks.environment;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code llmtrace serve} on a free port, with a heap of a gigabyte. */
public final class ServerProcess implements AutoCloseable {

    private static final Pattern READY = Pattern.compile("llmtrace listens on (\\S+?)[,;].*");
    private static final int CLOSE_SECONDS = 60;

    private final Process process;
    private final URI uri;

    private ServerProcess(Process process, URI uri) {
        this.process = process;
        this.uri = uri;
    }

    /** The resources that the process has used.
     *
     * @param cpuSeconds processor time since the start of the process; 0 on systems that do not report it */
    public record Usage(double cpuSeconds, long peakBytes) {}

    public static ServerProcess start(Path data, String storage) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx1g", "-cp", System.getProperty("java.class.path"), "io.llmtrace.cli.Main"));
        command.addAll(List.of("serve", "--port", "0", "--otlp-ports", "false", "--data", data.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("LLMTRACE_STORAGE", storage); // not on the command line: it may hold a password
        try {
            Folders.create(data);
            Process process = builder.start();
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                Matcher ready = READY.matcher(line);
                if (ready.matches()) {
                    return new ServerProcess(process, URI.create(ready.group(1)));
                }
            }
            throw new IllegalStateException("server does not start");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI uri() {
        return uri;
    }

    public Usage usage() {
        double cpu = process.info()
                .totalCpuDuration()
                .map(time -> time.toNanos() / 1e9)
                .orElse(0.0);
        return new Usage(cpu, peakBytes());
    }

    private long peakBytes() {
        try {
            return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0; // not Linux
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
