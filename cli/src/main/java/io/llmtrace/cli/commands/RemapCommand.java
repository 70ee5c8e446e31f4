package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.options.Arguments;
import io.llmtrace.cli.options.ConfigOption;
import io.llmtrace.cli.options.FilterOptions;
import io.llmtrace.cli.options.IngestOptions;
import io.llmtrace.cli.options.JsonOption;
import io.llmtrace.cli.options.StorageOptions;
import io.llmtrace.cli.options.StoreOptions;
import io.llmtrace.cli.options.Stores;
import io.llmtrace.cli.settings.Setting;
import io.llmtrace.cli.settings.Settings;
import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.cli.terminal.Progress;
import io.llmtrace.cli.terminal.Table;
import io.llmtrace.cli.terminal.Table.Align;
import io.llmtrace.cli.terminal.Table.Cell;
import io.llmtrace.cli.terminal.Table.Column;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.cli.transfer.FieldChanges;
import io.llmtrace.cli.transfer.SpanRemapping;
import io.llmtrace.otlp.Remapper;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "remap",
        description = {
            "Map stored spans again, from their original attributes.",
            "After an update of llmtrace that reads more attributes, or a change of prices, old spans get the same"
                    + " fields as new ones. At the end, a table tells how many spans have another value of each field, and"
                    + " for tokens and cost the sums over all spans but agents and chains, which repeat them. Findings"
                    + " and events stay unchanged. Spans that did not arrive over OTLP stay, too, except that the cost is estimated"
                    + " of those that came without one. Text that 'redact' matches is masked again. Running it twice changes nothing more. No other process may"
                    + " have a SQLite file open for writing. If a server updates a span meanwhile, the update may be lost."
        },
        footer = {
            "",
            "Examples:",
            "  llmtrace remap --dry-run",
            "  llmtrace remap --since 30d",
            "  llmtrace remap --storage clickhouse://HOST:8123/llmtrace --prices own-prices.csv"
        })
final class RemapCommand implements Callable<Integer> {

    private final CliContext context;

    @Option(names = "--dry-run", description = "Change nothing, only report what would change.")
    boolean dryRun;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = Arguments.Time.class,
            description =
                    "Spans that start at or after this time: 2026-01-31T09:30:00Z, 2026-01-31, or 2h for two hours ago.")
    @Nullable
    Instant since;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            converter = Arguments.Time.class,
            description = "Spans that start at or before this time.")
    @Nullable
    Instant until;

    @Option(
            names = "--prices",
            paramLabel = "FILE",
            description =
                    "CSV file with prices of models that take precedence over the built-in ones ${bundle:setting.prices}.")
    @Nullable
    String prices;

    @Option(
            names = "--tenant",
            paramLabel = "UUID",
            description = "Tenant whose spans to map ${bundle:setting.tenant}.")
    @Nullable
    String tenant;

    @Mixin
    JsonOption output = new JsonOption();

    @Mixin
    StorageOptions storage = new StorageOptions();

    @Mixin
    ConfigOption config = new ConfigOption();

    RemapCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Settings settings = config.settings(context, flags());
        String url = settings.storageUrl();
        Stores.requireExisting(url);
        TraceQuery query = FilterOptions.checked(
                TraceQuery.builder(settings.tenant()).startTime(since).endTime(until));
        SpanRemapping remapping =
                new SpanRemapping(new Remapper(settings.prices()), IngestOptions.processors(settings));
        try (TraceRepository repository =
                        dryRun ? Stores.openForReading(context, url) : Stores.openForWriting(context, url);
                Progress progress = new Progress(context.terminal())) {
            remapping.run(repository, query, dryRun, () -> progress.update(progressOf(remapping)));
            progress.clear();
            report(remapping, Stores.displayed(url));
        }
        return remapping.failed() == 0 ? ExitCode.OK : ExitCode.FAILED;
    }

    private Map<Setting, String> flags() {
        Map<Setting, String> flags = new EnumMap<>(Setting.class);
        storage.addTo(flags);
        StoreOptions.put(flags, Setting.PRICES, prices);
        StoreOptions.put(flags, Setting.TENANT, tenant);
        return flags;
    }

    private static String progressOf(SpanRemapping remapping) {
        return "mapped " + Formats.count(remapping.read(), "span") + ", " + remapping.changed() + " different";
    }

    private void report(SpanRemapping remapping, String store) {
        Terminal terminal = context.terminal();
        FieldChanges changes = remapping.changes();
        if (output.json()) {
            terminal.printJson(new Report(
                    dryRun,
                    remapping.read(),
                    remapping.changed(),
                    remapping.failed(),
                    changes.spans(),
                    changes.sums()));
            return;
        }
        terminal.out()
                .println((dryRun ? "would change " : "changed ") + remapping.changed() + " of "
                        + Formats.count(remapping.read(), "span") + " in " + store);
        if (!changes.spans().isEmpty()) {
            table(changes).lines(terminal.outStyle(), terminal.outColumns()).forEach(terminal.out()::println);
        }
        String reason = remapping.firstFailure();
        if (reason != null) {
            terminal.err()
                    .println(Formats.count(remapping.failed(), "span")
                            + " could not be mapped and stay as they are; the first: " + Display.oneLine(reason));
        }
    }

    private static Table table(FieldChanges changes) {
        Table table = new Table(List.of(
                Column.fixed("FIELD", Align.LEFT),
                Column.fixed("SPANS", Align.RIGHT),
                Column.optional("SUM BEFORE", Align.RIGHT, 1),
                Column.optional("AFTER", Align.RIGHT, 1)));
        Map<String, FieldChanges.Sum> sums = changes.sums();
        changes.spans().forEach((field, spans) -> {
            FieldChanges.Sum sum = sums.get(field);
            table.add(
                    Cell.of(field),
                    Cell.of(Formats.count(spans)),
                    Cell.of(sum == null ? "" : amount(sum.before())),
                    Cell.of(sum == null ? "" : amount(sum.after())));
        });
        return table;
    }

    /** Formats a number of tokens or US dollars. */
    private static String amount(Number amount) {
        return amount instanceof Double dollars ? Formats.cost(dollars) : Formats.count(amount.longValue());
    }

    /** The output of {@code --json}. */
    private record Report(
            boolean dryRun,
            long spans,
            long changed,
            long failed,
            Map<String, Long> fields,
            Map<String, FieldChanges.Sum> sums) {}
}
