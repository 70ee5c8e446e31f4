package io.llmtrace.cli;

import io.llmtrace.cli.terminal.SystemTerminal;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.storage.TraceRepositories;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** The program. */
public final class Main {

    /** Longer than a server takes to end the calls under way. */
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(15);

    private Main() {}

    public static void main(String[] arguments) {
        Map<String, String> variables = System.getenv();
        Terminal terminal = SystemTerminal.open(variables);
        StopSignal stop = new StopSignal();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(stop), "shutdown"));
        LlmTraceCli cli =
                new LlmTraceCli(new CliContext(terminal, variables, Path.of(""), TraceRepositories::open, stop));
        int code = cli.run(arguments);
        terminal.out().flush();
        terminal.err().flush();
        stop.finished();
        System.exit(code);
    }

    private static void end(StopSignal stop) {
        stop.request();
        try {
            stop.awaitFinished(SHUTDOWN_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
