package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.context.NativeLibraryDirectory;
import io.llmtrace.cli.context.UsageException;
import io.llmtrace.cli.demo.DemoData;
import io.llmtrace.cli.demo.DemoProgress;
import io.llmtrace.cli.demo.DemoReport;
import io.llmtrace.cli.demo.DemoRun;
import io.llmtrace.cli.demo.DemoServer;
import io.llmtrace.cli.demo.DemoStore;
import io.llmtrace.cli.demo.OwnDemoFile;
import io.llmtrace.cli.options.Stores;
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
            "Sends the traces over OTLP to a server with a store of its own, reads every span back over REST, and compares"
                    + " it with what was sent. Then keeps serving until Ctrl-C, so that you can look around. The demo's own"
                    + " store is emptied at each start of the demo. A store that --storage names must be empty, and keeps"
                    + " the traces. No other store is touched."
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

    @Option(
            names = "--exit",
            description = "End once everything is stored and verified, with code 1 if anything differs.")
    boolean exit;

    @Option(names = "--traces", paramLabel = "N", description = "Number of traces to send (default: ${DEFAULT-VALUE}).")
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
            description = "Port of the server, 0 for any free port (default: 8080, or any free port if that is taken).")
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
        NativeLibraryDirectory.choose(
                context.variables(), context.workingDirectory().resolve(data));
        Terminal terminal = context.terminal();
        DemoProgress progress = new DemoProgress(terminal);
        DemoStore store = store();
        try (TraceRepository repository = store.openEmpty();
                DemoServer server = DemoServer.start(port, repository)) {
            progress.done("store", store.description());
            progress.done("server", server.describe());
            DemoRun run = new DemoRun(server.uri(), DemoData.of(traces), progress);
            DemoReport report = run.sendAndVerify();
            report.lines(terminal.outStyle()).forEach(terminal.out()::println);
            printNext(report, server);
            if (!exit) {
                terminal.out().println();
                terminal.out()
                        .println("Explore the traces at "
                                + terminal.outStyle().bold(server.uri().toString())
                                + "; press Ctrl-C to end the demo.");
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

    /** Prints the next commands, without the URL of a store that the user named: it may hold a password. */
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
