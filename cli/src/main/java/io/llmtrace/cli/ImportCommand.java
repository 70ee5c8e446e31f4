package io.llmtrace.cli;

import io.llmtrace.cli.StoreOptions.Store;
import io.llmtrace.cli.ndjson.NdjsonReader;
import io.llmtrace.cli.terminal.Figures;
import io.llmtrace.cli.terminal.Progress;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.cli.transfer.TraceImporter;
import io.llmtrace.cli.transfer.TraceImporter.Rejection;
import io.llmtrace.cli.transfer.TraceSink;
import io.llmtrace.ingest.EventContent;
import io.llmtrace.ingest.IngestConfig;
import io.llmtrace.ingest.SpanIngest;
import io.llmtrace.json.TraceJson;
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
            "On each line stands one trace, as 'llmtrace export' writes it, or one span. Files may be compressed with gzip."
                    + " Lines that are wrong are reported and left out, all others are stored;"
                    + " importing a file again changes nothing."
        },
        footer = {
            "",
            "Examples:",
            "  llmtrace import traces.ndjson",
            "  llmtrace import january.ndjson.gz february.ndjson.gz --storage sqlite:all.db",
            "  llmtrace export --storage sqlite:old.db | llmtrace import - --server http://localhost:8080"
        })
final class ImportCommand implements Callable<Integer> {

    /** Rejected lines beyond these are counted, not listed. */
    private static final int MAX_LISTED = 20;

    private static final String STANDARD_INPUT = "-";

    private final CliContext context;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files to read; - for standard input.")
    List<String> files = List.of();

    @Mixin
    JsonOption output = new JsonOption();

    @Mixin
    StoreOptions options = new StoreOptions();

    ImportCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        // Before anything is stored: a name that is misspelt should not leave half of the work done.
        files.forEach(this::requireReadable);
        try (Store store = options.openForWriting(context);
                SpanIngest ingest = ingestOf(store);
                Progress progress = new Progress(context.terminal())) {
            TraceImporter importer = new TraceImporter(TraceSink.of(store.repository(), ingest), store.tenant());
            for (String file : files) {
                try (NdjsonReader lines = open(file)) {
                    importer.read(file, lines, () -> progress.update(progressOf(importer, lines)));
                }
            }
            progress.clear();
            return report(importer);
        }
    }

    /** With what is to be redacted; a server that is imported into does that itself. */
    private SpanIngest ingestOf(Store store) {
        IngestConfig config =
                IngestOptions.withoutSpool(options.settings(context)).build();
        return new SpanIngest(store.repository(), EventContent.NONE, config, (spans, took) -> {});
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
        String soFar = "imported " + Figures.count(importer.traces(), "trace") + ", "
                + Figures.count(importer.spans(), "span");
        return lines.percentRead() < 0 ? soFar : soFar + ", " + lines.percentRead() + " % of the file";
    }

    private int report(TraceImporter importer) {
        Terminal terminal = context.terminal();
        if (output.json) {
            terminal.out()
                    .println(TraceJson.write(new Report(
                            importer.traces(), importer.spans(), importer.rejectedLines(), importer.rejections())));
        } else {
            terminal.out()
                    .println("imported " + Figures.count(importer.traces(), "trace") + " with "
                            + Figures.count(importer.spans(), "span"));
        }
        List<Rejection> rejections = importer.rejections();
        rejections.stream()
                .limit(MAX_LISTED)
                .forEach(r ->
                        terminal.err().println(terminal.errStyle().red(r.file() + ":" + r.line() + ": ") + r.reason()));
        if (importer.rejectedLines() > 0) {
            terminal.err()
                    .println(Figures.count(importer.rejectedLines(), "line") + " rejected"
                            + (importer.rejectedLines() > MAX_LISTED ? ", the first " + MAX_LISTED + " listed" : "")
                            + "; all others are stored");
        }
        return importer.rejectedLines() == 0 ? ExitCode.OK : ExitCode.INCOMPLETE;
    }

    /** What {@code --json} prints. */
    private record Report(long traces, long spans, long rejectedLines, List<Rejection> rejections) {}
}
