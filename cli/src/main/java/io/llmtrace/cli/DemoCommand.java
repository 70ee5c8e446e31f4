package io.llmtrace.cli;

import io.llmtrace.cli.demo.DemoData;
import io.llmtrace.cli.demo.DemoReport;
import io.llmtrace.cli.demo.DemoRun;
import io.llmtrace.cli.demo.DemoServer;
import io.llmtrace.cli.demo.DemoStore;
import io.llmtrace.cli.demo.OwnDemoFile;
import io.llmtrace.cli.demo.Steps;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.storage.TraceRepository;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "demo",
        description = {
            "Start a server with generated traces to look at.",
            "It has a store of its own, gets the traces over OTLP, reads every span back over REST and compares it with what"
                    + " was sent. Then it keeps serving, so that you can look around; Ctrl-C ends it. The demo's own store"
                    + " is emptied whenever the demo starts. A store that --storage names must be empty, and keeps the"
                    + " traces; no other store is touched."
        },
        footer = {
            "",
            "Examples:",
            "  llmtrace demo",
            "  llmtrace demo --exit && echo 'stored and verified'",
            "  llmtrace demo --traces 20000 --data /tmp/llmtrace-demo --port 0",
            "  llmtrace demo --storage clickhouse://USER:PASSWORD@localhost:8123/llmtrace_demo"
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
            names = "--storage",
            paramLabel = "URL",
            description = "An empty store to use instead, such as clickhouse://… or sqlite:FILE.")
    @Nullable
    String storage;

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
        DemoStore store = store();
        try (TraceRepository repository = store.openEmpty();
                DemoServer server = DemoServer.start(port, repository)) {
            steps.done("store", store.description());
            steps.done("server", server.describe());
            DemoRun run = new DemoRun(server.uri(), DemoData.of(traces), steps);
            DemoReport report = run.sendAndVerify();
            report.lines(terminal.outStyle()).forEach(terminal.out()::println);
            printNext(report, server);
            if (!exit) {
                terminal.out().println();
                terminal.out()
                        .println("The server answers at "
                                + terminal.outStyle().bold(server.uri().toString())
                                + ", where its first page lists what it can be asked; Ctrl-C ends the demo.");
                terminal.out().flush();
                context.stop().await();
            }
            return report.differences().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    private DemoStore store() {
        String url = storage;
        return url == null
                ? ownFile()
                : DemoStore.named(Stores.displayed(url), () -> Stores.openForWriting(context, url));
    }

    private OwnDemoFile ownFile() {
        return DemoStore.ownFile(context.workingDirectory().resolve(data), context.stores());
    }

    /** Whoever named the store has its URL, which may hold a password. */
    private void printNext(DemoReport report, DemoServer server) {
        Terminal terminal = context.terminal();
        boolean named = exit && storage != null;
        String target = exit ? " --storage " + ownFile().url() : " --server " + server.uri();
        terminal.out().println(named ? "Try next, each with the same --storage:" : "Try next:");
        report.nextCommands(named ? "" : target)
                .forEach(command ->
                        terminal.out().println("  " + terminal.outStyle().cyan(command)));
    }
}
