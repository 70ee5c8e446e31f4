package io.llmtrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.json.TraceJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An {@code llmtrace serve} process, which can be killed. */
final class ServerProcess implements AutoCloseable {

    private static final Pattern READY = Pattern.compile("llmtrace listens on (\\S+?)[,;].*");

    private final Process process;
    private final URI uri;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1) // so that each request in flight has a connection of its own
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private ServerProcess(Process process, URI uri) {
        this.process = process;
        this.uri = uri;
    }

    /** Starts the process, and returns when it listens. */
    static ServerProcess start(Path data, String... options) throws IOException {
        return start(data, List.of("-Xmx512m"), options);
    }

    static ServerProcess start(Path data, List<String> jvmOptions, String... options) throws IOException {
        return start(List.of(), data, jvmOptions, options);
    }

    /** @param launcher the prefix of the command line, such as {@code nice}, which runs the rest as a command */
    static ServerProcess start(List<String> launcher, Path data, List<String> jvmOptions, String... options)
            throws IOException {
        List<String> command = new ArrayList<>(launcher);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.llmtrace.cli.Main", "serve"));
        command.addAll(List.of("--port", "0", "--otlp-ports", "false", "--data", data.toString()));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        data.resolveSibling("server.log").toFile()))
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher ready = READY.matcher(line);
            if (ready.matches()) {
                Thread rest = new Thread(() -> out.lines().forEach(log -> {}));
                rest.setDaemon(true);
                rest.start();
                return new ServerProcess(process, URI.create(ready.group(1)));
            }
        }
        process.destroyForcibly();
        throw new IOException("server does not start, see " + data.resolveSibling("server.log"));
    }

    URI uri() {
        return uri;
    }

    /** Kills the process with SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    /** Ends the process with SIGTERM, and returns whether it ended within the time. */
    boolean terminate(Duration time) throws InterruptedException {
        process.destroy();
        return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    boolean isRunning() {
        return process.isAlive();
    }

    /** @throws IOException if the server does not answer */
    HttpResponse<String> post(Duration timeout, String path, String contentType, byte[] body) throws IOException {
        return send(HttpRequest.newBuilder(uri.resolve(path))
                .timeout(timeout)
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build());
    }

    HttpResponse<String> get(String path) throws IOException {
        return send(HttpRequest.newBuilder(uri.resolve(path))
                .timeout(Duration.ofSeconds(40))
                .build());
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** Returns the time on the server's clock. */
    Instant clock() throws IOException {
        String date = get("/health").headers().firstValue("date").orElseThrow();
        return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
    }

    JsonNode health() throws IOException {
        return TraceJson.readTree(get("/health").body().getBytes(StandardCharsets.UTF_8));
    }

    /** Returns how many spans wait on disk now; {@code /health} tells what was known last, if the machine is busy. */
    long spooledSpans() throws IOException {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("llmtrace_ingest_spooled"))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
