package io.llmtrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.cli.LlmTraceCli;
import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.StopSignal;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.storage.TraceRepositories;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** Runs commands of the program in this JVM. */
final class Cli {

    private Cli() {}

    /** Runs a command that must succeed, and returns its output. */
    static String run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = Terminal.plain(
                InputStream.nullInputStream(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        int code = new LlmTraceCli(
                        new CliContext(terminal, Map.of(), Path.of(""), TraceRepositories::open, new StopSignal()))
                .run(arguments);
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(code).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }
}
