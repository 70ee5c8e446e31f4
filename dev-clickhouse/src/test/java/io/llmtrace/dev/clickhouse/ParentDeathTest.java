package io.llmtrace.dev.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.dev.clickhouse.internal.engine.Folders;
import io.llmtrace.testkit.NeedsClickHouse;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server dies with the program that started it, however that ends. */
@NeedsClickHouse
@Timeout(180)
class ParentDeathTest {

    /** Long enough for a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Starts a server from a thread that ends, prints its address, and runs until its input ends. */
    static final class Program {

        private Program() {}

        public static void main(String[] arguments) throws Exception {
            Thread starter = new Thread(() -> {
                ClickHouseServer server = ClickHouseServer.start(
                        ClickHouseServerOptions.builder().ownProcess().build());
                if (arguments[0].equals("pause")) {
                    server.pause();
                }
                System.out.println(server.pid() + " " + server.folder());
            });
            starter.start();
            starter.join();
            System.in.readAllBytes();
        }
    }

    private record Running(Process program, long server, Path folder) {}

    private static Running run(String argument) throws IOException {
        Process program = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName(),
                        argument))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = program.inputReader(StandardCharsets.UTF_8)) {
            String[] line = out.readLine().split(" ", 2);
            return new Running(program, Long.parseLong(line[0]), Path.of(line[1]));
        }
    }

    private static void awaitEnd(long pid) {
        Awaitility.await().atMost(PATIENCE).until(() -> ProcessHandle.of(pid).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "pause"})
    void killedProgram_takesItsServerWithIt(String argument) throws Exception {
        Running running = run(argument);
        assertThat(ProcessHandle.of(running.server())).isPresent();

        running.program().destroyForcibly();

        awaitEnd(running.server());
        Folders.delete(running.folder());
    }

    @Test
    void programThatEndsWithoutClosing_leavesNeitherServerNorFolder() throws Exception {
        Running running = run("run");

        running.program().getOutputStream().close();

        assertThat(running.program().waitFor(30, TimeUnit.SECONDS)).isTrue();
        awaitEnd(running.server());
        assertThat(Files.exists(running.folder())).isFalse();
    }
}
