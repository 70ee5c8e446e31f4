package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.CommandFailedException;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.ndjson.NdjsonReader;
import io.llmtrace.cli.options.IngestOptions;
import io.llmtrace.cli.options.JsonOption;
import io.llmtrace.cli.options.StoreOptions;
import io.llmtrace.cli.options.StoreOptions.Store;
import io.llmtrace.cli.settings.Settings;
import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.cli.terminal.Progress;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.cli.transfer.TraceImporter;
import io.llmtrace.cli.transfer.TraceImporter.Rejection;
import io.llmtrace.cli.transfer.TraceSink;
import io.llmtrace.ingest.EventContent;
import io.llmtrace.ingest.IngestConfig;
import io.llmtrace.ingest.SpanIngest;
import io.llmtrace.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "import",
        description = {
            "Store traces from NDJSON files.",
            "Each line holds one trace, as 'llmtrace export' writes it, or one span. Files may be gzipped. Invalid lines are"
                    + " reported and skipped, all others are stored; so are those before the end of a file that was cut off."
                    + " What the export of a damaged store left out is reported, with code 4."
                    + " Importing a file again changes nothing. Spans are stored as they are, so that what was exported comes back equal:"
                    + " for calls without a cost, 'llmtrace remap' estimates it."
        },
        footer = {
            "",
            "Examples:",
            "  llmtrace import traces.ndjson",
            "  llmtrace import january.ndjson.gz february.ndjson.gz --storage sqlite:all.db",
            "  llmtrace export --storage sqlite:old.db | llmtrace import - --server http://localhost:8080"
        })
final class ImportCommand implements Callable<Integer> {

    /** The most rejected lines that are listed. Further ones are only counted. */
    private static final int MAX_LISTED = 20;

    private static final String STANDARD_INPUT = "-";

    private final CliContext context;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files to read; - is standard input.")
    List<String> files = List.of();

    @Mixin
    JsonOption output = new JsonOption();

    @Mixin
    StoreOptions options = new StoreOptions();

    ImportCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        // Checked before anything is stored: a misspelt name should not leave half of the work done.
        files.forEach(this::requireReadable);
        Settings settings = options.settings(context);
        // A server redacts by itself.
        IngestConfig config = settings.server().isPresent()
                ? IngestConfig.defaults()
                : IngestOptions.withoutSpool(settings).build();
        try (Store store = options.openForWriting(context);
                SpanIngest ingest = new SpanIngest(store.repository(), EventContent.NONE, config, (spans, took) -> {});
                Progress progress = new Progress(context.terminal())) {
            TraceImporter importer = new TraceImporter(TraceSink.of(store.repository(), ingest), store.tenant());
            try {
                for (String file : files) {
                    importer.read(file, () -> open(file), lines -> progress.update(progressOf(importer, lines)));
                }
            } catch (StorageException e) {
                progress.clear();
                reportStop(importer);
                throw e;
            }
            progress.clear();
            return report(importer);
        }
    }

    /** Says how far the import came when the store failed. */
    private void reportStop(TraceImporter importer) {
        String where = importer.firstUnstored()
                .map(first -> " at " + Display.oneLine(first.file()) + ":" + first.line())
                .orElse("");
        context.terminal()
                .err()
                .println("stopped" + where + "; imported " + imported(importer)
                        + " before that. Importing all again changes nothing in these");
    }

    private static String imported(TraceImporter importer) {
        return Formats.count(importer.traces(), "trace") + " with " + Formats.count(importer.spans(), "span");
    }

    private NdjsonReader open(String file) throws IOException {
        return file.equals(STANDARD_INPUT)
                ? NdjsonReader.of(context.terminal().in(), 0)
                : NdjsonReader.of(pathOf(file));
    }

    private void requireReadable(String file) {
        if (file.equals(STANDARD_INPUT)) {
            return;
        }
        if (!Files.isRegularFile(pathOf(file)) || !Files.isReadable(pathOf(file))) {
            throw new CommandFailedException("cannot read " + file + ": "
                    + (Files.exists(pathOf(file)) ? "not a readable file" : "no such file"));
        }
    }

    private Path pathOf(String file) {
        return context.workingDirectory().resolve(file);
    }

    private static String progressOf(TraceImporter importer, NdjsonReader lines) {
        String soFar = "imported " + Formats.count(importer.traces(), "trace") + ", "
                + Formats.count(importer.spans(), "span");
        return lines.percentRead() < 0 ? soFar : soFar + ", " + lines.percentRead() + " % of the file";
    }

    private int report(TraceImporter importer) {
        Terminal terminal = context.terminal();
        if (output.json()) {
            terminal.printJson(new Report(
                    importer.traces(),
                    importer.spans(),
                    importer.rejectedLines(),
                    importer.rejections(),
                    importer.brokenFiles(),
                    importer.leftOut()));
        } else {
            terminal.out().println("imported " + imported(importer));
        }
        List<Rejection> rejections = importer.rejections();
        rejections.stream().limit(MAX_LISTED).forEach(this::print);
        if (importer.rejectedLines() > 0) {
            terminal.err()
                    .println(Formats.count(importer.rejectedLines(), "line") + " rejected"
                            + (importer.rejectedLines() > MAX_LISTED ? ", the first " + MAX_LISTED + " listed" : "")
                            + "; all others are stored");
        }
        importer.leftOut().forEach(this::print);
        importer.brokenFiles().forEach(this::print);
        if (!importer.brokenFiles().isEmpty()) {
            return ExitCode.FAILED;
        }
        boolean complete = importer.rejectedLines() == 0 && importer.leftOut().isEmpty();
        return complete ? ExitCode.OK : ExitCode.INCOMPLETE;
    }

    private void print(Rejection rejection) {
        Terminal terminal = context.terminal();
        String where = Display.oneLine(rejection.file()) + ":" + rejection.line() + ": ";
        terminal.err().println(terminal.errStyle().red(where) + Display.oneLine(rejection.reason()));
    }

    /** The output of {@code --json}. */
    private record Report(
            long traces,
            long spans,
            long rejectedLines,
            List<Rejection> rejections,
            List<Rejection> brokenFiles,
            List<Rejection> leftOut) {}
}
