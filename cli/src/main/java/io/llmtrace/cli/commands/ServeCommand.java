package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.CommandFailedException;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.context.NativeLibraryDirectory;
import io.llmtrace.cli.context.UncaughtErrors;
import io.llmtrace.cli.options.ConfigOption;
import io.llmtrace.cli.options.IngestOptions;
import io.llmtrace.cli.options.ServeOptions;
import io.llmtrace.cli.options.StorageOptions;
import io.llmtrace.cli.options.StoreOptions;
import io.llmtrace.cli.options.Stores;
import io.llmtrace.cli.settings.Setting;
import io.llmtrace.cli.settings.Settings;
import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.server.LlmTraceServer;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.server.ServerStartException;
import io.llmtrace.server.StopReport;
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
            "It accepts traces over OTLP and REST, and answers queries over REST. Its first page is the trace explorer, and"
                    + " /docs describes the API. Ctrl-C or SIGTERM ends it, with code 0 once every request has its answer."
        },
        footer = {
            "",
            "Examples:",
            "  llmtrace serve",
            "  llmtrace serve --data /var/lib/llmtrace --port 9000 --otlp-ports false",
            "  llmtrace serve --public-url https://example.com/llmtrace   # behind a proxy on this machine",
            "  llmtrace serve --allowed-origins https://app.example.com   # browsers may export",
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
            description = "What to log to stderr: error, warn, info, debug or trace ${bundle:setting.log-level}.")
    @Nullable
    String logLevel;

    @Mixin
    ConfigOption config = new ConfigOption();

    ServeCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        Settings settings = config.settings(context, flags());
        ServerConfig serverConfig = ServeOptions.configOf(settings);
        String url = settings.storageUrl();
        LogLevel.set(settings.logLevel());
        UncaughtErrors.handleAll();
        settings.ignoredVariables().forEach(note -> context.terminal().err().println("note: " + note));
        NativeLibraryDirectory.choose(context.variables(), settings.data());
        try (TraceRepository repository = Stores.openForServing(context, url);
                LlmTraceServer server = serve(serverConfig, repository)) {
            Terminal terminal = context.terminal();
            terminal.out().println(readyLine(server, serverConfig, Stores.displayed(url)));
            terminal.out().flush();
            context.stop().await();
            terminal.err().println("ending …");
            return report(server.stop(), settings);
        }
    }

    /** Says what was left when the server stopped. */
    private int report(StopReport left, Settings settings) {
        Terminal terminal = context.terminal();
        if (left.spooledSpans() > 0) {
            terminal.err()
                    .println(Formats.count(left.spooledSpans(), "span") + " wait in " + settings.data()
                            + " for the store; the next start stores them");
        }
        if (left.unansweredRequests() > 0) {
            throw new CommandFailedException("ended while " + Formats.count(left.unansweredRequests(), "request")
                    + " had no answer yet: what they sent may not be stored, and must be sent again. Everything that was"
                    + " acknowledged is kept");
        }
        return ExitCode.OK;
    }

    private LlmTraceServer serve(ServerConfig config, TraceRepository repository) {
        // Before the first request can be acknowledged.
        context.stop().beginServing();
        try {
            return LlmTraceServer.start(config, repository);
        } catch (ServerStartException e) {
            throw new CommandFailedException(String.valueOf(e.getMessage()), e);
        }
    }

    private static String readyLine(LlmTraceServer server, ServerConfig config, String storage) {
        List<Integer> otlp = server.otlpPorts();
        String also = otlp.isEmpty()
                ? ""
                : ", OTLP also on "
                        + otlp.stream().sorted().map(String::valueOf).collect(Collectors.joining(" and "));
        String behindProxy = config.web()
                .publicUrl()
                .map(url -> ", and is reached at " + url)
                .orElse("");
        return "llmtrace listens on " + server.uri() + also + behindProxy + "; traces go to " + storage;
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
