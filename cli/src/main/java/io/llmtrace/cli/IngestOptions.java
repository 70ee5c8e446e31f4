package io.llmtrace.cli;

import io.llmtrace.cli.settings.Setting;
import io.llmtrace.cli.settings.Settings;
import io.llmtrace.ingest.IngestConfig;
import io.llmtrace.ingest.SpanProcessor;
import io.llmtrace.ingest.redaction.Redactor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How spans go into the store. */
final class IngestOptions {

    private static final long MIB = 1 << 20;

    @Option(
            names = "--spool-max-mb",
            paramLabel = "N",
            description = "What may wait in the data folder while the store is away, in MiB; 0: requests fail then"
                    + " (LLMTRACE_SPOOL_MAX_MB; default: 1024).")
    @Nullable
    String spoolMaxMb;

    @Option(
            names = "--store-patience-ms",
            paramLabel = "N",
            description = "How long the store may take to write before what comes waits on disk"
                    + " (LLMTRACE_STORE_PATIENCE_MS; default: 5000).")
    @Nullable
    String storePatienceMs;

    @Option(
            names = "--linger-ms",
            paramLabel = "N",
            description = "How long a request waits for others to be stored with, while nothing else is being stored"
                    + " (LLMTRACE_LINGER_MS; default: 0).")
    @Nullable
    String lingerMs;

    @Option(
            names = "--batch-max-spans",
            paramLabel = "N",
            description = "How many spans are stored together at most (LLMTRACE_BATCH_MAX_SPANS; default: 5000).")
    @Nullable
    String batchMaxSpans;

    @Option(
            names = "--redact",
            paramLabel = "NAMES",
            description = "Mask these before anything is written: email, credit-card, api-key, with commas between"
                    + " (LLMTRACE_REDACT; default: none).")
    @Nullable
    String redact;

    @Option(
            names = "--redact-rules",
            paramLabel = "FILE",
            description =
                    "YAML file of further rules, see the README of ingest (LLMTRACE_REDACT_RULES; default: none).")
    @Nullable
    String redactRules;

    @Option(
            names = "--redact-fail-open",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "BOOLEAN",
            description = "Store a span that cannot be redacted as it came, rather than refuse it"
                    + " (LLMTRACE_REDACT_FAIL_OPEN; default: false).")
    @Nullable
    String redactFailOpen;

    @Option(
            names = "--prices",
            paramLabel = "FILE",
            description = "CSV file with prices of models, for the cost of calls that do not say what they cost; see the"
                    + " README of otlp (LLMTRACE_PRICES; default: none, those that come with the program).")
    @Nullable
    String prices;

    void addTo(Map<Setting, String> flags) {
        StoreOptions.put(flags, Setting.SPOOL_MAX_MB, spoolMaxMb);
        StoreOptions.put(flags, Setting.STORE_PATIENCE_MS, storePatienceMs);
        StoreOptions.put(flags, Setting.LINGER_MS, lingerMs);
        StoreOptions.put(flags, Setting.BATCH_MAX_SPANS, batchMaxSpans);
        StoreOptions.put(flags, Setting.REDACT, redact);
        StoreOptions.put(flags, Setting.REDACT_RULES, redactRules);
        StoreOptions.put(flags, Setting.REDACT_FAIL_OPEN, redactFailOpen);
        StoreOptions.put(flags, Setting.PRICES, prices);
    }

    /** With a spool in the data folder. */
    static IngestConfig configOf(Settings settings) {
        IngestConfig.Builder config = withoutSpool(settings)
                .patience(settings.storePatience())
                .linger(settings.linger())
                .maxBatchSpans(settings.batchMaxSpans());
        if (settings.spoolMaxMb() > 0) {
            config.folder(settings.data()).maxSpoolBytes(settings.spoolMaxMb() * MIB);
        }
        return config.build();
    }

    /** For a command that can tell its user at once that the store is away. */
    static IngestConfig.Builder withoutSpool(Settings settings) {
        return IngestConfig.builder().processors(processors(settings)).failOpen(settings.redactFailOpen());
    }

    /** What is done with each span before it is written. */
    static List<SpanProcessor> processors(Settings settings) {
        boolean redacts =
                !settings.redact().isEmpty() || !settings.redactRules().isEmpty();
        return redacts ? List.of(new Redactor(settings.redact(), settings.redactRules())) : List.of();
    }
}
