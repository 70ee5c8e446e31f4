package io.llmtrace.benchmarks.suites;

import io.llmtrace.benchmarks.environment.ClickHouseHttp;
import io.llmtrace.benchmarks.environment.Folders;
import io.llmtrace.benchmarks.report.Comparison;
import io.llmtrace.benchmarks.report.Report;
import io.llmtrace.benchmarks.tasks.Scale;
import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.dev.clickhouse.ClickHouseServerOptions;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Compares the ClickHouse store with (a) ready-made rows and (b) the original design, all on one server: that of
 * {@code LLMTRACE_CLICKHOUSE_URL}, or else one that the suite starts.
 */
final class ClickHouseSuite implements Suite {

    private static final long SERVER_MEMORY = 4_000_000_000L;

    private final Scale scale;
    private final Set<Part> parts;
    private final Path folder;
    private final PrintStream progress;

    ClickHouseSuite(Scale scale, Set<Part> parts, Path folder, PrintStream progress) {
        this.scale = scale;
        this.parts = parts;
        this.folder = folder;
        this.progress = progress;
    }

    @Override
    public Report run() {
        return withServer(folder, progress, this::run);
    }

    /** Runs the suite on the server of {@code LLMTRACE_CLICKHOUSE_URL}, or else on one with its data in the folder. */
    static Report withServer(Path folder, PrintStream progress, Function<ClickHouseServer, Report> run) {
        if (System.getenv(ClickHouseHttp.URL_VARIABLE) != null) {
            try (ClickHouseServer server = ClickHouseServer.start()) {
                return run.apply(server);
            }
        }
        Path serverFolder = Folders.createEmpty(folder.resolve("server"));
        ClickHouseServerOptions options = ClickHouseServerOptions.builder()
                .folder(serverFolder)
                .memoryLimitBytes(SERVER_MEMORY)
                .logLevel("warning")
                .progress(progress::println)
                .build();
        try (ClickHouseServer server = ClickHouseServer.start(options)) {
            return run.apply(server);
        } finally {
            Folders.delete(serverFolder);
        }
    }

    /** Returns the environment that makes the processes of the tasks use the running server. */
    static Map<String, String> variables(ClickHouseServer server) {
        return Map.of(ClickHouseHttp.URL_VARIABLE, server.url("default"));
    }

    private Report run(ClickHouseServer server) {
        try (Runner runner = new Runner(scale, variables(server), progress)) {
            return run(server, runner);
        }
    }

    private Report run(ClickHouseServer server, Runner runner) {
        ClickHouseBench bench = new ClickHouseBench(scale, folder, runner, new ClickHouseHttp(server));
        List<Comparison> comparisons = new ArrayList<>();
        List<Report.Extra> extras = new ArrayList<>();
        List<Report.Table> tables = new ArrayList<>();
        for (ClickHousePart part : parts(bench)) {
            part.measure();
            comparisons.addAll(part.comparisons());
            extras.addAll(part.extras());
            tables.addAll(part.tables());
        }
        return new Report(comparisons, extras, tables, parameters(runner, server));
    }

    private List<ClickHousePart> parts(ClickHouseBench bench) {
        List<ClickHousePart> chosen = new ArrayList<>();
        if (parts.contains(Part.WRITES)) {
            chosen.add(new ClickHouseWrites(bench));
        }
        if (parts.contains(Part.BYTES)) {
            chosen.add(new ClickHouseBytes(bench));
        }
        if (parts.contains(Part.READS)) {
            chosen.add(new ClickHouseReads(bench));
        }
        return chosen;
    }

    private static Map<String, String> parameters(Runner runner, ClickHouseServer server) {
        Map<String, String> parameters = new HashMap<>(runner.parameters());
        String version = server.execute("SELECT version()").strip();
        parameters.put("ClickHouse", version + (server.isExternal() ? ", not started by this run" : ""));
        return parameters;
    }
}
