package io.llmtrace.cli.options;

import io.llmtrace.cli.settings.Setting;
import io.llmtrace.cli.settings.Settings;
import io.llmtrace.ingest.IngestConfig;
import io.llmtrace.ingest.SpanProcessor;
import io.llmtrace.ingest.redaction.Redactor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for how spans are batched, spooled and redacted on their way into the store. */
public final class IngestOptions {

    private static final long MIB = 1 << 20;

    @Option(
            names = "--spool-max-mb",
            paramLabel = "N",
            description =
                    "MiB that may wait in the data folder while the store is unavailable; with 0, requests fail instead"
                            + " ${bundle:setting.spool-max-mb}.")
    @Nullable
    String spoolMaxMb;

    @Option(
            names = "--store-patience-ms",
            paramLabel = "N",
            description = "Milliseconds that the store may take for a write before requests wait on disk"
                    + " ${bundle:setting.store-patience-ms}.")
    @Nullable
    String storePatienceMs;

    @Option(
            names = "--linger-ms",
            paramLabel = "N",
            description =
                    "Milliseconds that a request waits for others to be stored with, while nothing is being stored"
                            + " ${bundle:setting.linger-ms}.")
    @Nullable
    String lingerMs;

    @Option(
            names = "--batch-max-spans",
            paramLabel = "N",
            description = "Largest number of spans that are stored together ${bundle:setting.batch-max-spans}.")
    @Nullable
    String batchMaxSpans;

    @Option(
            names = "--redact",
            paramLabel = "NAMES",
            description = "What to mask before anything is written, separated by commas: email, credit-card, api-key"
                    + " ${bundle:setting.redact}.")
    @Nullable
    String redact;

    @Option(
            names = "--redact-rules",
            paramLabel = "FILE",
            description = "YAML file with further rules, see the README of ingest ${bundle:setting.redact-rules}.")
    @Nullable
    String redactRules;

    @Option(
            names = "--redact-fail-open",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "BOOLEAN",
            description = "Store a span that cannot be redacted unredacted, rather than refuse it"
                    + " ${bundle:setting.redact-fail-open}.")
    @Nullable
    String redactFailOpen;

    @Option(
            names = "--prices",
            paramLabel = "FILE",
            description =
                    "CSV file with prices of models that take precedence over the built-in ones, for calls that do not"
                            + " state their cost; see the README of otlp ${bundle:setting.prices}.")
    @Nullable
    String prices;

    /** Adds the settings that these options set. */
    public void addTo(Map<Setting, String> flags) {
        StoreOptions.put(flags, Setting.SPOOL_MAX_MB, spoolMaxMb);
        StoreOptions.put(flags, Setting.STORE_PATIENCE_MS, storePatienceMs);
        StoreOptions.put(flags, Setting.LINGER_MS, lingerMs);
        StoreOptions.put(flags, Setting.BATCH_MAX_SPANS, batchMaxSpans);
        StoreOptions.put(flags, Setting.REDACT, redact);
        StoreOptions.put(flags, Setting.REDACT_RULES, redactRules);
        StoreOptions.put(flags, Setting.REDACT_FAIL_OPEN, redactFailOpen);
        StoreOptions.put(flags, Setting.PRICES, prices);
    }

    /** Returns the configuration of a server's ingest, which has a spool in the data folder unless that is switched off. */
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

    /** Returns a configuration without a spool, for a command that can report an unavailable store to its user immediately. */
    public static IngestConfig.Builder withoutSpool(Settings settings) {
        return IngestConfig.builder().processors(processors(settings)).failOpen(settings.redactFailOpen());
    }

    /** Returns the processors that change each span before it is written. */
    public static List<SpanProcessor> processors(Settings settings) {
        boolean redacts =
                !settings.redact().isEmpty() || !settings.redactRules().isEmpty();
        return redacts ? List.of(new Redactor(settings.redact(), settings.redactRules())) : List.of();
    }
}
