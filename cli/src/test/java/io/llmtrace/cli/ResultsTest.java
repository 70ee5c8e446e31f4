package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.cli.context.ExitCode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Results that cannot be written: to a pipe whose reader has enough, or to a full disk. */
class ResultsTest {

    @TempDir
    Path folder;

    private CliRun cli;

    @BeforeEach
    void store() {
        cli = new CliRun(folder);
        cli.variables.put("LLMTRACE_STORAGE", Fixture.storeOf(folder.resolve("t.db"), Fixture.agent(), Fixture.chat()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "export",
                "query",
                "query --json",
                "show " + Fixture.AGENT_ID + " --full",
                "top models",
                "stats",
                "retention",
                "deadletter list",
                "doctor --port 0 --otlp-ports false",
                "completion",
                "--help",
                "export --help",
                "--version",
            })
    void reader_thatHasEnoughIsNoFailure(String command) {
        cli.results = failing("Broken pipe");

        CliRun.Result result = cli.runLine(command);

        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"export", "query --json", "show " + Fixture.AGENT_ID, "stats", "--help"})
    void reader_thatHasEnoughIsNoFailureInAnyLanguage(String command) {
        cli.results = failing("Datenübergabe unterbrochen");
        cli.resultsToPipe = true;

        assertThat(cli.runLine(command).code()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"export", "query", "query --json", "show " + Fixture.AGENT_ID, "stats", "completion", "--help"})
    void disk_thatIsFullIsAFailure(String command) {
        cli.results = failing("No space left on device");

        CliRun.Result result = cli.runLine(command);

        assertThat(result.err())
                .isEqualTo("llmtrace: cannot write the results to standard output: No space left on device\n");
        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
    }

    private static OutputStream failing(String message) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(message);
            }
        };
    }
}
