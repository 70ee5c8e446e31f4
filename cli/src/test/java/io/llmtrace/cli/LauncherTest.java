package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the launcher: by calling its shell functions with the memory of other machines, and as a whole with a JDK that prints its arguments. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class LauncherTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        // memory of the machine in MiB, limits in bytes, chosen heap in MiB
        "16384,                                  ,  2048",
        " 3072,                                  ,  1536",
        "16384,               1073741824         ,   512",
        "16384,                      max         ,  2048",
        "16384,      9223372036854771712         ,  2048",
        " 8192,   2147483648 536870912 max       ,   256",
        " 1024,               8589934592         ,   512",
    })
    void heap_isHalfOfTheMemoryAndAtMost2GiB(int memory, String limits, int heap) throws Exception {
        StringBuilder files = new StringBuilder();
        if (limits != null) {
            for (String limit : limits.split(" ")) {
                Path file = Files.createTempFile(folder, "limit", "");
                Files.writeString(file, limit + "\n");
                files.append(' ').append(file);
            }
        }

        assertThat(heapOptions("", memory, files.append(" /does/not/exist").toString()))
                .isEqualTo("-Xmx" + heap + "m -Dllmtrace.launcher.heap=-Xmx" + heap + "m");
    }

    @ParameterizedTest
    @CsvSource({"-Xmx3g", "-ea -Xmx3g -Xms1g", "-XX:MaxRAMPercentage=70", "-XX:MaxHeapSize=1g"})
    void heap_isLeftToTheUsersOptions(String options) throws Exception {
        assertThat(heapOptions(options, 16_384, "")).isEmpty();
    }

    @Test
    void limits_ofThisProcessAreFound() throws Exception {
        assertThat(shell("usable_memory").strip()).matches("[1-9][0-9]*");
    }

    @Test
    void checkout_thatCannotBeWritten_isRun() throws Exception {
        Path checkout = checkout();
        build(checkout);
        makeReadOnly(checkout);

        Launch launch = launch(checkout, "stats", "--json");

        assertThat(launch.code).as(launch.err).isZero();
        assertThat(launch.err).isEmpty();
        assertThat(launch.out).endsWith("-jar " + checkout.toRealPath() + "/target/run/1/llmtrace.jar stats --json\n");
    }

    @Test
    void checkout_thatCannotBeWrittenAndHasChanged_isRunFromItsEarlierBuild() throws Exception {
        Path checkout = checkout();
        build(checkout);
        Files.setLastModifiedTime(
                checkout.resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(60)));
        makeReadOnly(checkout);

        Launch launch = launch(checkout, "stats");

        assertThat(launch.code).as(launch.err).isZero();
        assertThat(launch.err)
                .isEqualTo("llmtrace: the sources have changed, but this user cannot write to " + checkout.toRealPath()
                        + "/target: running the earlier build\n");
        assertThat(launch.out).endsWith("/target/run/1/llmtrace.jar stats\n");
    }

    @Test
    void checkout_thatCannotBeWrittenAndIsNotBuilt_saysWhatToDo() throws Exception {
        Path checkout = checkout();
        makeReadOnly(checkout);

        Launch launch = launch(checkout, "stats");

        String root = checkout.toRealPath().toString();
        assertThat(launch.code).isEqualTo(1);
        assertThat(launch.err)
                .isEqualTo("llmtrace: is not built yet, and this user cannot write to " + root
                        + "/target, where the build goes. Run " + root
                        + "/llmtrace --version once as a user who can\n");
    }

    @Test
    void copy_thatAProcessWithoutAPidFileRunsFrom_isKept() throws Exception {
        Path run = Files.createDirectories(folder.resolve("target/run"));
        for (String copy : List.of("1", "2", "3", "4")) {
            Files.writeString(Files.createDirectories(run.resolve(copy)).resolve("llmtrace.jar"), "");
        }
        Process user = new ProcessBuilder(
                        "sh",
                        "-c",
                        "read -r line",
                        run.resolve("1/llmtrace.jar").toString())
                .start();
        try {
            shell(functions("# --- Build", "# --- Memory"), "run='" + run + "'\nremove_unused 4 3");
        } finally {
            user.destroyForcibly();
        }

        // Without /proc, which only Linux has, nothing tells.
        if (OS.LINUX.isCurrentOs()) {
            assertThat(run.resolve("1")).exists();
        }
        assertThat(run.resolve("2")).doesNotExist();
        assertThat(run.resolve("3")).exists();
        assertThat(run.resolve("4")).exists();
    }

    /** The exit code and the output of a launch. */
    private record Launch(int code, String out, String err) {}

    private Path checkout() throws IOException {
        Path checkout = Files.createDirectories(folder.resolve("checkout"));
        Files.copy(Path.of("../llmtrace"), checkout.resolve("llmtrace"));
        Files.writeString(checkout.resolve("pom.xml"), "");
        Files.createDirectories(checkout.resolve("cli/src/main"));
        Files.writeString(checkout.resolve("cli/pom.xml"), "");
        Path jdk = Files.createDirectories(folder.resolve("jdk"));
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");
        for (String program : List.of("java", "javac")) {
            Path file = Files.createDirectories(jdk.resolve("bin")).resolve(program);
            Files.writeString(file, "#!/bin/sh\necho \"$@\"\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return checkout;
    }

    private static void build(Path checkout) throws IOException {
        Path run = checkout.resolve("target/run");
        Files.writeString(Files.createDirectories(run.resolve("1")).resolve("llmtrace.jar"), "");
        Files.writeString(run.resolve("current"), "1\n");
        Files.setLastModifiedTime(
                run.resolve("current"), FileTime.from(Instant.now().plusSeconds(30)));
    }

    private static void makeReadOnly(Path checkout) throws IOException {
        try (Stream<Path> all = Files.walk(checkout)) {
            for (Path path : all.toList()) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("r-xr-xr-x"));
            }
        }
    }

    /** Runs the launcher as a user for whom permissions count: root gives up its privilege to ignore them. */
    private Launch launch(Path checkout, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (Files.isWritable(checkout)) {
            command.addAll(List.of("setpriv", "--inh-caps=-all", "--bounding-set=-all"));
        }
        command.addAll(List.of("sh", checkout.resolve("llmtrace").toString()));
        command.addAll(List.of(arguments));
        Path err = Files.createTempFile(folder, "err", "");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
        builder.environment().put("LLMTRACE_JAVA_HOME", folder.resolve("jdk").toString());
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Launch(process.waitFor(), out, Files.readString(err));
    }

    private static String heapOptions(String userOptions, int memory, String limitFiles) throws Exception {
        return shell("LLMTRACE_JAVA_OPTS='" + userOptions + "'\n"
                        + "machine_memory() { echo " + memory + "; }\n"
                        + "memory_limit_files() { echo" + limitFiles + "; }\n"
                        + "heap_options")
                .strip();
    }

    private static String shell(String script) throws IOException, InterruptedException {
        return shell(functions("# --- Memory", "# --- Run"), script);
    }

    private static String functions(String from, String to) throws IOException {
        return Files.readAllLines(Path.of("../llmtrace")).stream()
                .dropWhile(line -> !line.startsWith(from))
                .takeWhile(line -> !line.startsWith(to))
                .collect(Collectors.joining("\n"));
    }

    private static String shell(String functions, String script) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-euc", functions + "\n" + script).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.endsWith("JAVA_OPTIONS") || name.startsWith("JAVA_TOOL"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
