package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.CommandFailedException;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.context.UsageException;
import io.llmtrace.cli.doctor.PortChecks;
import io.llmtrace.cli.terminal.Style;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.dev.clickhouse.ClickHouseCluster;
import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.dev.clickhouse.ClickHouseServerOptions;
import io.llmtrace.dev.clickhouse.ClickHouseStartException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "clickhouse",
        description = {
            "Run a ClickHouse server for development.",
            "It listens on this machine only, requires a password, and needs no container: it is the installed 'clickhouse'"
                    + " or, on Linux on x86-64, the same engine as a library, downloaded once with npm. Ctrl-C stops it,"
                    + " and removes its data unless --data is given."
        },
        footer = {
            "",
            "Examples:",
            "  llmtrace dev clickhouse",
            "  llmtrace dev clickhouse --data clickhouse-data --port 8123",
            "  llmtrace dev clickhouse --cluster      2 shards with 2 replicas each: 4 servers"
        })
final class DevClickHouseCommand implements Callable<Integer> {

    private static final String HOST = "127.0.0.1";
    private static final int DEFAULT_PORT = 8123;
    private static final int SHARDS = 2;
    private static final int REPLICAS = 2;
    private static final String DATABASE = "llmtrace";

    private final CliContext context;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder to keep the data in (default: a temporary one, removed at the end).")
    @Nullable
    Path data;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "HTTP port, 0 for any free port; a cluster uses the ports from this one on"
                    + " (default: 8123, or any free port if that is taken).")
    @Nullable
    Integer port;

    @Option(names = "--cluster", description = "Run a cluster of four servers: 2 shards with 2 replicas each.")
    boolean cluster;

    DevClickHouseCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (port != null && (port < 0 || port > 65_535)) {
            throw new UsageException("port not in [0, 65535]: " + port);
        }
        return cluster ? runCluster() : runServer();
    }

    private int runServer() throws InterruptedException {
        try (ClickHouseServer server = ClickHouseServer.start(options())) {
            return serve(List.of(server), server.url(DATABASE));
        } catch (ClickHouseStartException e) {
            throw failed(e);
        }
    }

    private int runCluster() throws InterruptedException {
        try (ClickHouseCluster servers = ClickHouseCluster.start(SHARDS, REPLICAS, options())) {
            return serve(servers.nodes(), servers.url(DATABASE));
        } catch (ClickHouseStartException e) {
            throw failed(e);
        }
    }

    private static CommandFailedException failed(ClickHouseStartException e) {
        return new CommandFailedException(String.valueOf(e.getMessage()), e);
    }

    private ClickHouseServerOptions options() {
        return ClickHouseServerOptions.builder()
                .ownProcess()
                .folder(data == null ? null : context.workingDirectory().resolve(data))
                .httpPort(wantedPort())
                .variables(context.variables())
                .progress(text -> context.terminal().err().println(text))
                .build();
    }

    private int wantedPort() {
        if (port != null) {
            return port;
        }
        int last = DEFAULT_PORT + (cluster ? SHARDS * REPLICAS : 1);
        return IntStream.range(DEFAULT_PORT, last).allMatch(each -> PortChecks.isFree(HOST, each)) ? DEFAULT_PORT : 0;
    }

    private int serve(List<ClickHouseServer> servers, String url) throws InterruptedException {
        servers.forEach(server -> server.execute("CREATE DATABASE IF NOT EXISTS " + DATABASE));
        announce(servers, url);
        // If one server ends by itself, the whole command ends.
        servers.forEach(server -> server.onExit().thenRun(context.stop()::request));
        context.stop().await();
        for (ClickHouseServer server : servers) {
            if (server.endedByItself()) {
                throw new CommandFailedException(
                        "the server in " + server.folder() + " ended by itself; its log ends with:\n" + server.log());
            }
        }
        context.terminal().err().println("ending …");
        return ExitCode.OK;
    }

    private void announce(List<ClickHouseServer> servers, String url) {
        Terminal terminal = context.terminal();
        Style style = terminal.outStyle();
        String version = servers.get(0).execute("SELECT version()").strip();
        List<String> lines = List.of(
                "ClickHouse " + version + " runs on " + HOST + ", for development only; press Ctrl-C to stop it",
                "storage   " + style.bold(url),
                "native    " + ports(servers),
                "data      "
                        + (data == null
                                ? "temporary, removed at the end; --data DIR keeps it"
                                : context.workingDirectory().resolve(data)),
                "Try next:",
                "  " + style.cyan("./llmtrace serve --storage '" + url + "'"));
        lines.forEach(terminal.out()::println);
        terminal.out().flush();
    }

    private static String ports(List<ClickHouseServer> servers) {
        return servers.stream().map(server -> HOST + ":" + server.nativePort()).collect(Collectors.joining(", "))
                + ", for clickhouse-client";
    }
}
