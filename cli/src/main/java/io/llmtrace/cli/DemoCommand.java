package io.llmtrace.cli;

import io.llmtrace.cli.demo.DemoData;
import io.llmtrace.cli.demo.DemoReport;
import io.llmtrace.cli.demo.DemoRun;
import io.llmtrace.cli.demo.DemoServer;
import io.llmtrace.cli.demo.DemoStore;
import io.llmtrace.cli.demo.Steps;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.storage.TraceRepository;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "demo",
        description = {
            "Start a server with generated traces to look at.",
            "It has a store of its own, gets the traces over OTLP, reads every span back over REST and compares it with what"
                    + " was sent. Then it keeps serving, so that you can look around; Ctrl-C ends it. The demo store is"
                    + " emptied whenever the demo starts. No other store is touched."
        },
        footer = {
            "",
            "Examples:",
            "  llmtrace demo",
            "  llmtrace demo --exit && echo 'stored and verified'",
            "  llmtrace demo --traces 20000 --data /tmp/llmtrace-demo --port 0"
        })
final class DemoCommand implements Callable<Integer> {

    private final CliContext context;

    @Option(names = "--exit", description = "End when all is stored and verified; with 1 if anything differs.")
    boolean exit;

    @Option(names = "--traces", paramLabel = "N", description = "How many traces to send (default: ${DEFAULT-VALUE}).")
    int traces = 2_000;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder of the demo store (default: ${DEFAULT-VALUE} in this folder).")
    Path data = Path.of("llmtrace-demo");

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Port of the server, 0 for any free one (default: 8080, or a free one when it is taken).")
    int port = DemoServer.DEFAULT_PORT;

    DemoCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (traces <= 0) {
            throw new UsageException("traces <= 0: " + traces);
        }
        if (port < 0 || port > 65_535) {
            throw new UsageException("port not in [0, 65535]: " + port);
        }
        Terminal terminal = context.terminal();
        Steps steps = new Steps(terminal);
        DemoStore store = DemoStore.in(context.workingDirectory().resolve(data), context.stores());
        try (TraceRepository repository = store.openEmpty();
                DemoServer server = DemoServer.start(port, repository)) {
            steps.done("store", store.file() + ", empty at each start of the demo; no other store is touched");
            steps.done("server", server.describe());
            DemoRun run = new DemoRun(server.uri(), DemoData.of(traces), steps);
            DemoReport report = run.sendAndVerify();
            String target = exit ? "--storage " + store.url() : "--server " + server.uri();
            report.lines(terminal.outStyle()).forEach(terminal.out()::println);
            terminal.out().println("Try next:");
            report.nextCommands(target)
                    .forEach(command ->
                            terminal.out().println("  " + terminal.outStyle().cyan(command)));
            if (exit) {
                return report.differences().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
            }
            terminal.out().println();
            terminal.out()
                    .println("The browser shows it at "
                            + terminal.outStyle().bold(server.uri().toString()) + "; Ctrl-C ends the demo.");
            terminal.out().flush();
            context.stop().await();
            return report.differences().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
        }
    }
}
