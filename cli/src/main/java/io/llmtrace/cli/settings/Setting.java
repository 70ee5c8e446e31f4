package io.llmtrace.cli.settings;

import io.llmtrace.ingest.IngestConfig;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.server.TenantResolver;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The settings. Each has one key in the file, one environment variable and, on the commands that use it, one flag. The defaults
 * of the server and of ingest come from their configurations.
 */
public enum Setting {
    /** URL of the store. */
    STORAGE("sqlite:<data>/traces.db"),
    /** Folder of the default store, the spool and the dead letters. */
    DATA("llmtrace-data"),
    /** URL of a running server to work on instead of a store. */
    SERVER("none"),
    /** Tenant whose traces are read and written. */
    TENANT(TenantResolver.DEFAULT_TENANT.toString()),
    /** Address on which {@code serve} listens. */
    HOST(ServerConfig.DEFAULT_HOST),
    /** Port of REST, the pages and OTLP. */
    PORT(Integer.toString(ServerConfig.DEFAULT_PORT)),
    /** Whether {@code serve} also listens on 4317 and 4318. */
    OTLP_PORTS("true"),
    /** Whether {@code serve} may be reached from other machines although it does not authenticate clients. */
    INSECURE("false"),
    /** URL at which users reach the server through a proxy. */
    PUBLIC_URL("none"),
    /** Further host names to which a server on loopback answers. */
    ALLOWED_HOSTS("none"),
    /** Addresses of the proxies whose forwarded headers count. */
    TRUSTED_PROXIES("none"),
    /** Origins of web pages that may export over OTLP. */
    ALLOWED_ORIGINS("none"),
    /** Largest body of one request, as it comes over the wire. */
    MAX_BODY_BYTES(Quantities.formatSize(ServerConfig.DEFAULT_MAX_BODY_BYTES)),
    /** Largest body of one request after decompression. */
    MAX_DECOMPRESSED_BYTES(Quantities.formatSize(ServerConfig.DEFAULT_MAX_DECOMPRESSED_BYTES)),
    /** How much memory the bodies of all requests may take together. */
    MAX_REQUEST_MEMORY(
            Quantities.formatSize(ServerConfig.DEFAULT_MAX_REQUEST_MEMORY), "a quarter of the heap, at least 32MiB"),
    /** How much memory what is read to answer requests may take together. */
    MAX_READ_MEMORY(
            Quantities.formatSize(ServerConfig.DEFAULT_MAX_READ_MEMORY), "a quarter of the heap, at least 32MiB"),
    /** How long serving one request may take. */
    REQUEST_TIMEOUT(Quantities.formatDuration(ServerConfig.DEFAULT_REQUEST_TIMEOUT)),
    /** How much may wait on disk while the store is unavailable, in MiB; 0 for nothing. */
    SPOOL_MAX_MB(Long.toString(IngestConfig.DEFAULT_MAX_SPOOL_BYTES >> 20)),
    /** How long the store may take to write before requests go to the spool. */
    STORE_PATIENCE_MS(Long.toString(IngestConfig.DEFAULT_PATIENCE.toMillis())),
    /** How long a request waits for others, to be stored together. */
    LINGER_MS(Long.toString(IngestConfig.DEFAULT_LINGER.toMillis())),
    /** The most spans that are stored together. */
    BATCH_MAX_SPANS(Integer.toString(IngestConfig.DEFAULT_MAX_BATCH_SPANS)),
    /** Names of the detectors whose matches are masked in spans before they are written. */
    REDACT("none"),
    /** File with rules for masking or removing further text. */
    REDACT_RULES("none"),
    /** Whether spans that cannot be redacted are stored unredacted. */
    REDACT_FAIL_OPEN("false"),
    /** File with prices of models that take precedence over the built-in ones. */
    PRICES("none"),
    /** The log level of {@code serve}. */
    LOG_LEVEL("info");

    private static final String VARIABLE_PREFIX = "LLMTRACE_";

    private final String defaultText;
    private final String describedDefault;

    Setting(String defaultText) {
        this(defaultText, defaultText);
    }

    Setting(String defaultText, String describedDefault) {
        this.defaultText = defaultText;
        this.describedDefault = describedDefault;
    }

    /** Returns its key in the file, such as {@code otlp-ports}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Returns its flag on the command line, such as {@code --otlp-ports}. */
    public String flag() {
        return "--" + key();
    }

    /** Returns its environment variable, such as {@code LLMTRACE_OTLP_PORTS}. */
    public String variable() {
        return VARIABLE_PREFIX + name();
    }

    /** Returns the value that applies if the setting is not set. */
    public String defaultText() {
        return defaultText;
    }

    /** Returns the default for documentation, which is a description if the value depends on the machine. */
    public String describedDefault() {
        return describedDefault;
    }

    public static Optional<Setting> ofKey(String key) {
        return Arrays.stream(values()).filter(s -> s.key().equals(key)).findFirst();
    }

    /** Returns all keys of the file, in the order of this list. */
    public static List<String> keys() {
        return Arrays.stream(values()).map(Setting::key).toList();
    }
}
