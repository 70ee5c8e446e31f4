package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.CommandFailedException;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.options.ConfigOption;
import io.llmtrace.cli.options.StorageOptions;
import io.llmtrace.cli.options.Stores;
import io.llmtrace.cli.settings.Setting;
import io.llmtrace.cli.settings.Settings;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceRepository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "migrate",
        description = {
            "Bring a store to the newest schema, and create it if it is missing.",
            "'serve' and 'import' migrate by themselves; commands that only read refuse an older SQLite file. No other"
                    + " process may have a SQLite file open for writing. On ClickHouse, several processes may migrate at the"
                    + " same time."
        },
        footer = {
            "",
            "Examples:",
            "  llmtrace migrate",
            "  llmtrace migrate --storage sqlite:old-traces.db",
            "  LLMTRACE_STORAGE=clickhouse://USER:PASSWORD@HOST:8123/llmtrace llmtrace migrate"
        })
final class MigrateCommand implements Callable<Integer> {

    private static final String VERSION = "schema_version";

    private final CliContext context;

    @Mixin
    StorageOptions storage = new StorageOptions();

    @Mixin
    ConfigOption config = new ConfigOption();

    MigrateCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Map<Setting, String> flags = new EnumMap<>(Setting.class);
        storage.addTo(flags);
        Settings settings = config.settings(context, flags);
        String url = settings.storageUrl();
        Optional<Path> file = Stores.sqliteFile(url);
        boolean existed = file.isPresent() && Files.exists(file.get());
        Optional<Integer> before = existed ? file.flatMap(SqliteHeader::userVersion) : Optional.empty();
        StoreHealth health;
        try (TraceRepository repository = Stores.openForWriting(context, url)) {
            health = repository.check();
        }
        if (health.state() != StoreHealth.State.OK && health.state() != StoreHealth.State.FULL) {
            throw new CommandFailedException(Stores.displayed(url) + ": " + health.message());
        }
        String name = Stores.displayed(url);
        String version = health.details().get(VERSION);
        context.terminal()
                .out()
                .println(file.isPresent() ? reportOfFile(name, existed, before, version) : report(name, version));
        return ExitCode.OK;
    }

    /** Returns the report for a store that is not a file, whose version before the migration is unknown. */
    private static String report(String name, @Nullable String version) {
        return version == null
                ? name + " has no schema to migrate"
                : name + " has schema version " + version + ", the newest";
    }

    private static String reportOfFile(String name, boolean existed, Optional<Integer> before, @Nullable String after) {
        if (after == null) {
            return name + " has no schema to migrate";
        }
        if (!existed) {
            return name + " was created with schema version " + after;
        }
        String from = before.map(String::valueOf).orElse(after);
        return from.equals(after)
                ? name + " has schema version " + after + " already: nothing to do"
                : name + " was migrated from schema version " + from + " to " + after;
    }
}
