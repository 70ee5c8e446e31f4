package io.llmtrace.cli;

import io.llmtrace.cli.settings.Setting;
import io.llmtrace.cli.settings.Settings;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.server.LlmTraceServer;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.server.ServerStartException;
import io.llmtrace.storage.TraceRepository;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "serve",
        description = {
            "Run a server that stores traces and answers queries.",
            "It takes OTLP and REST, and answers REST; its first page and /docs list all calls. Ctrl-C ends it."
        },
        footer = {
            "",
            "Examples:",
            "  llmtrace serve",
            "  llmtrace serve --data /var/lib/llmtrace --port 9000 --otlp-ports false",
            "  LLMTRACE_STORAGE=clickhouse://USER:PASSWORD@HOST:8123/llmtrace llmtrace serve"
        })
final class ServeCommand implements Callable<Integer> {

    private final CliContext context;

    @Mixin
    ServeOptions listen = new ServeOptions();

    @Mixin
    StorageOptions storage = new StorageOptions();

    @Mixin
    IngestOptions ingest = new IngestOptions();

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            description = "error, warn, info, debug or trace, on stderr (LLMTRACE_LOG_LEVEL; default: info).")
    @Nullable
    String logLevel;

    @Mixin
    ConfigOption config = new ConfigOption();

    ServeCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        Settings settings = Settings.resolve(flags(), config.file, context.variables(), context.workingDirectory());
        ServerConfig serverConfig = ServeOptions.configOf(settings);
        LogLevel.set(settings.logLevel());
        try (TraceRepository repository = Stores.openForServing(context, settings.storageUrl());
                LlmTraceServer server = start(serverConfig, repository)) {
            Terminal terminal = context.terminal();
            terminal.out().println(readyLine(server, Stores.displayed(settings.storageUrl())));
            terminal.out().flush();
            context.stop().await();
            terminal.err().println("ending …");
        }
        return ExitCode.OK;
    }

    static LlmTraceServer start(ServerConfig config, TraceRepository repository) {
        try {
            return LlmTraceServer.start(config, repository);
        } catch (ServerStartException e) {
            throw new CommandFailedException(String.valueOf(e.getMessage()), e);
        }
    }

    private static String readyLine(LlmTraceServer server, String storage) {
        List<Integer> otlp = server.otlpPorts();
        String also = otlp.isEmpty()
                ? ""
                : ", OTLP also on "
                        + otlp.stream().sorted().map(String::valueOf).collect(Collectors.joining(" and "));
        return "llmtrace listens on " + server.uri() + also + "; traces go to " + storage;
    }

    private Map<Setting, String> flags() {
        Map<Setting, String> flags = new EnumMap<>(Setting.class);
        listen.addTo(flags);
        storage.addTo(flags);
        ingest.addTo(flags);
        StoreOptions.put(flags, Setting.LOG_LEVEL, logLevel);
        return flags;
    }
}
