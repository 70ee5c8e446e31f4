package io.llmtrace.cli;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.context.StopSignal;
import io.llmtrace.cli.settings.Setting;
import io.llmtrace.cli.settings.Settings;
import io.llmtrace.cli.terminal.SystemTerminal;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.storage.TraceRepositories;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** The entry point of the program. */
public final class Main {

    /** Longer than a server takes to finish its requests and to give up on its store, and less than the 30 s of Kubernetes. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(25);

    private Main() {}

    public static void main(String[] arguments) {
        Map<String, String> variables = System.getenv();
        String logLevel = variables.getOrDefault(Setting.LOG_LEVEL.variable(), "");
        if (Settings.isLogLevel(logLevel)) {
            System.setProperty("llmtrace.log-level", logLevel); // for logback.xml
        }
        Terminal terminal = SystemTerminal.open(variables);
        StopSignal stop = new StopSignal(serving -> TerminationSignals.handle(() -> end(serving, terminal)));
        // For a JVM that does not let the signals be handled.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(stop, terminal), "shutdown"));
        LlmTraceCli cli =
                new LlmTraceCli(new CliContext(terminal, variables, Path.of(""), TraceRepositories::open, stop));
        int code = cli.run(arguments);
        terminal.err().flush();
        stop.finished();
        System.exit(code);
    }

    /** Asks the command to end and, if it does not, ends the process. */
    private static void end(StopSignal stop, Terminal terminal) {
        stop.request();
        try {
            if (!stop.awaitFinished(STOP_TIMEOUT)) {
                terminal.err()
                        .println("llmtrace: not ended within " + STOP_TIMEOUT.toSeconds()
                                + " s, so the process is ended. What was acknowledged is kept, in the store or in the"
                                + " spool; requests that have got no answer must be sent again");
                terminal.err().flush();
                Runtime.getRuntime().halt(ExitCode.FAILED);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
