package io.llmtrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The program where little is allowed: in a container with a read-only root and a {@code /tmp} from which nothing can be executed, beside
 * what Kubernetes sets. Mounts are made in a namespace of their own, which needs no privileges, but a system that allows it.
 */
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class ConfinedStartTest {

    private static final Pattern READY = Pattern.compile("llmtrace listens on (\\S+?)[,;] .*");

    /** Mounts what {@code $0} says, and runs the command. */
    private static final String CONFINED =
            "eval \"$0\" || { echo 'mounts are not allowed here'; exit 99; }; exec \"$@\"";

    private static final String SPAN =
            "{\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\",\"span_id\":\"b7ad6b7169203331\","
                    + "\"operation_name\":\"chat\",\"kind\":\"llm\",\"start_time\":\"2026-01-31T09:30:00Z\"}";

    @TempDir
    Path folder;

    private Path temporary;
    private Path data;

    @BeforeEach
    void folders() throws IOException {
        temporary = Files.createDirectories(folder.resolve("tmp"));
        data = Files.createDirectories(folder.resolve("data"));
    }

    private String noexec() {
        return "mount -t tmpfs -o noexec tmpfs " + temporary;
    }

    private String readOnlyButForData() {
        return "mount --bind " + data + " " + data + " && mount --bind " + temporary + " " + temporary
                + " && mount -o remount,bind,ro " + temporary;
    }

    @ParameterizedTest
    @ValueSource(strings = {"noexec", "read-only"})
    void server_withoutAUsableTemporaryFolder_usesItsDataFolder(String how) throws Exception {
        String mounts = how.equals("noexec") ? noexec() : readOnlyButForData();
        Path err = folder.resolve("err");
        ProcessBuilder builder = program(
                        mounts, "serve", "--port", "0", "--otlp-ports", "false", "--data", data.toString())
                .redirectError(err.toFile());
        Map<String, String> variables = builder.environment();
        variables.put("LLMTRACE_PORT", "tcp://172.20.120.186:8080");
        variables.put("LLMTRACE_SERVICE_HOST", "172.20.120.186");
        Process server = builder.redirectOutput(folder.resolve("out").toFile()).start();
        try {
            post(uri(server, folder.resolve("out"), err));
            assertThat(libraryFolders()).as("of this process").hasSize(1);

            server.destroy(); // SIGTERM

            assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(server.exitValue()).as(Files.readString(err)).isZero();
        } finally {
            server.destroyForcibly();
        }
        assertThat(Files.readString(err))
                .contains("note: LLMTRACE_PORT=tcp://172.20.120.186:8080 is what Kubernetes sets")
                .doesNotContain("Exception", "Error", "\tat ");
        assertThat(libraryFolders()).as("removed at the end").isEmpty();
        Result stats = run(mounts, "stats", "--json", "--data", data.toString());
        assertThat(stats.code).as(stats.err).isZero();
        assertThat(stats.out).contains("\"total_spans\":1,");
    }

    @Test
    void command_withoutAnyUsableFolder_saysHowToNameOne() throws Exception {
        Files.createFile(data.resolve("traces.db"));
        String mounts = noexec()
                + Stream.of(
                                data,
                                Path.of("/var/tmp"),
                                Path.of("/dev/shm"),
                                Path.of("").toAbsolutePath())
                        .map(path ->
                                " && mount --bind " + path + " " + path + " && mount -o remount,bind,ro,noexec " + path)
                        .reduce("", String::concat);

        Result result = run(mounts, "stats", "--data", data.toString());

        assertThat(result.code).isEqualTo(1);
        assertThat(result.err)
                .startsWith("llmtrace: no folder was found to unpack native libraries into, such as that of SQLite: "
                        + temporary + " is mounted noexec, " + data + " cannot be written")
                .contains("LLMTRACE_JAVA_OPTS=-Djava.io.tmpdir=DIR")
                .doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT", "HUP"})
    void signal_endsAServerCleanly(String signal) throws Exception {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process server = program("true", "serve", "--port", "0", "--otlp-ports", "false", "--data", data.toString())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            post(uri(server, out, err));

            new ProcessBuilder("kill", "-" + signal, String.valueOf(server.pid()))
                    .start()
                    .waitFor();

            assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(server.exitValue()).as(Files.readString(err)).isZero();
        } finally {
            server.destroyForcibly();
        }
        assertThat(run("true", "stats", "--data", data.toString()).out).contains("spans         1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"export", "--help"}) // the others: ResultsTest
    void pipe_whoseReaderHasEnough_isNoFailure(String command) throws Exception {
        Path file = folder.resolve("one.ndjson");
        Files.writeString(file, SPAN + "\n");
        assertThat(run("true", "import", file.toString(), "--data", data.toString()).code)
                .isZero();
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        if (!command.equals("--help")) {
            words.addAll(List.of("--data", data.toString()));
        }
        // The reader has closed the pipe before the first byte arrives.
        List<String> piped = new ArrayList<>(List.of("sh", "-c", "exec 3>&1; { \"$@\"; echo $? >&3; } | true", "sh"));
        ProcessBuilder builder = program("true", words.toArray(String[]::new));
        piped.addAll(builder.command());
        Process process = builder.command(piped)
                .redirectError(folder.resolve("err").toFile())
                .start();

        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("0\n");
        assertThat(Files.readString(folder.resolve("err"))).isEmpty();
    }

    @Test
    void disk_thatIsFull_isAFailure() throws Exception {
        Result result = run("exec >/dev/full", "--help");

        assertThat(result.err)
                .startsWith("llmtrace: cannot write the results to standard output: No space left on device");
        assertThat(result.code).isEqualTo(1);
    }

    private record Result(int code, String out, String err) {}

    private Result run(String mounts, String... arguments) throws IOException, InterruptedException {
        Path err = Files.createTempFile(folder, "err", "");
        Process process = program(mounts, arguments).redirectError(err.toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), out, Files.readString(err));
    }

    /**
     * Returns the program in a namespace with these mounts. It is run by exec, so that signals reach it, also if they are ignored in
     * this process, as SIGINT is in what a script starts in the background.
     */
    private ProcessBuilder program(String mounts, String... arguments) {
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=TERM,INT,HUP"));
        command.addAll(List.of("unshare", "--map-root-user", "--mount", "sh", "-c", CONFINED, mounts));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.io.tmpdir=" + temporary));
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED"); // as ./llmtrace does: newer JDKs warn without it
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.llmtrace.cli.Main"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        // Places to look at that are not confined here.
        List.of("HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR").forEach(builder.environment()::remove);
        return builder;
    }

    private static URI uri(Process server, Path out, Path err) {
        Matcher ready = Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(
                        () -> {
                            assertThat(server.isAlive())
                                    .as(Files.readString(err) + Files.readString(out))
                                    .isTrue();
                            return READY.matcher(Files.readString(out));
                        },
                        Matcher::find);
        return URI.create(ready.group(1));
    }

    private static void post(URI server) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(server.resolve("/api/v1/spans"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(SPAN))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(request, BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
    }

    private List<Path> libraryFolders() throws IOException {
        try (Stream<Path> all = Files.list(data)) {
            return all.filter(path -> path.getFileName().toString().startsWith("llmtrace-libraries-"))
                    .toList();
        }
    }
}
