package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.options.FilterOptions;
import io.llmtrace.cli.options.StoreOptions;
import io.llmtrace.cli.options.StoreOptions.Store;
import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.cli.terminal.Progress;
import io.llmtrace.cli.transfer.LeftOutText;
import io.llmtrace.cli.transfer.TraceExporter;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.spi.DamagedTraces;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "export",
        description = {
            "Write all traces, or all spans with --spans, oldest first.",
            "As NDJSON, each line holds one trace with all its spans, or one span, with all fields. With filters, only traces with"
                    + " a span that matches all of them are written, or only these spans.",
            "As CSV (RFC 4180, UTF-8), a table with a header: a row for each span with a column for each field, or for each trace"
                    + " as 'query' lists it. A text that a spreadsheet would take for a formula gets an apostrophe in front.",
            "Traces and spans that cannot be read because the store is damaged are left out, with a message and code 4."
        },
        footer = {
            "",
            "Examples:",
            "  llmtrace export --output traces.ndjson.gz",
            "  llmtrace export --since 7d --status error > errors.ndjson",
            "  llmtrace export --spans --where 'kind:llm cost:>0.01' --format csv --output calls.csv",
            "  llmtrace export --server http://localhost:8080 | jq -c '.spans[] | {model_name, total_tokens}'"
        })
final class ExportCommand implements Callable<Integer>, FilterOptions.Filtered {

    private final CliContext context;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description =
                    "File to write, gzipped if its name ends in .gz (default: standard output). It appears once it is complete.")
    @Nullable
    Path file;

    @Option(names = "--spans", description = "Write spans instead of traces.")
    boolean spans;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            converter = FormatName.class,
            description = "ndjson (default) or csv.")
    TraceExporter.Format format = TraceExporter.Format.NDJSON;

    @Mixin
    FilterOptions filters = new FilterOptions();

    @Mixin
    StoreOptions options = new StoreOptions();

    ExportCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public FilterOptions filters() {
        return filters;
    }

    @Override
    public Integer call() throws IOException {
        try (Store store = options.openForReading(context);
                Progress progress = new Progress(context.terminal())) {
            TraceQuery query =
                    filters.query(store.tenant()).order(Order.OLDEST_FIRST).build();
            TraceExporter.Items items = spans ? TraceExporter.Items.SPANS : TraceExporter.Items.TRACES;
            TraceExporter exporter = new TraceExporter(store.repository(), query, items, format);
            Runnable show = () -> progress.update("exported "
                    + (spans ? Formats.count(exporter.spans(), "span") : Formats.count(exporter.traces(), "trace")));
            Path target = file;
            if (target == null) {
                toStandardOutput(exporter, show);
                progress.clear();
                return outcome(exporter);
            }
            toFile(exporter, context.workingDirectory().resolve(target), show);
            progress.clear();
            context.terminal()
                    .err()
                    .println("exported "
                            + (spans ? "" : Formats.count(exporter.traces(), "trace") + " with ")
                            + Formats.count(exporter.spans(), "span") + " to " + target);
            return outcome(exporter);
        }
    }

    private int outcome(TraceExporter exporter) {
        DamagedTraces damaged = exporter.damaged();
        if (damaged.isEmpty()) {
            return ExitCode.OK;
        }
        context.terminal()
                .err()
                .println("left out " + LeftOutText.of(damaged) + "\n" + Display.oneLine(damaged.reason()));
        return ExitCode.INCOMPLETE;
    }

    private void toStandardOutput(TraceExporter exporter, Runnable show) throws IOException {
        // Stops when the reader has closed the pipe, as 'head' does, or the disk is full, which is reported for every
        // command.
        exporter.write(context.terminal().jsonOut(), () -> {
            show.run();
            return !context.terminal().out().checkError();
        });
    }

    private static void toFile(TraceExporter exporter, Path target, Runnable show) throws IOException {
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try {
            try (OutputStream out = open(part, target.toString().endsWith(".gz"))) {
                exporter.write(out, () -> {
                    show.run();
                    return true;
                });
            }
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static OutputStream open(Path file, boolean compressed) throws IOException {
        OutputStream out = Files.newOutputStream(file);
        return compressed ? new GZIPOutputStream(out, 1 << 16) : out;
    }

    /** Reads the name of a format. */
    static final class FormatName implements ITypeConverter<TraceExporter.Format> {
        @Override
        public TraceExporter.Format convert(String name) {
            for (TraceExporter.Format format : TraceExporter.Format.values()) {
                if (format.name().toLowerCase(Locale.ROOT).equals(name)) {
                    return format;
                }
            }
            throw new TypeConversionException("not a format [ndjson, csv]: '" + name + "'");
        }
    }
}
