package io.llmtrace.cli.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Each setting: one key in the file, one variable, and, on the commands that it concerns, one flag. */
public enum Setting {
    /** URL of the store. */
    STORAGE("sqlite:<data>/traces.db"),
    /** Folder of the default store. */
    DATA("llmtrace-data"),
    /** URL of a running server to work on in place of a store. */
    SERVER("none"),
    /** Whose traces are read and written. */
    TENANT("00000000-0000-0000-0000-000000000001"),
    /** Address that {@code serve} listens on. */
    HOST("127.0.0.1"),
    /** Port of REST, its pages and OTLP. */
    PORT("8080"),
    /** Whether {@code serve} opens 4317 and 4318 too. */
    OTLP_PORTS("true"),
    /** Whether {@code serve} may listen beyond this machine without keys. */
    INSECURE("false"),
    /** How much may wait on disk while the store is away, in MiB; 0 for nothing. */
    SPOOL_MAX_MB("1024"),
    /** How long the store may take to write before what comes waits on disk. */
    STORE_PATIENCE_MS("5000"),
    /** How long a request waits for others, to be stored together. */
    LINGER_MS("0"),
    /** How many spans are stored together at most. */
    BATCH_MAX_SPANS("5000"),
    /** What is masked in spans before they are written anywhere: names of detectors. */
    REDACT("none"),
    /** File with further rules of what is masked or left out. */
    REDACT_RULES("none"),
    /** Whether spans that cannot be redacted are stored as they are. */
    REDACT_FAIL_OPEN("false"),
    /** File with prices of models, before those that come with the program. */
    PRICES("none"),
    /** What {@code serve} writes to its log. */
    LOG_LEVEL("info");

    private static final String VARIABLE_PREFIX = "LLMTRACE_";

    private final String defaultText;

    Setting(String defaultText) {
        this.defaultText = defaultText;
    }

    /** In the file, such as {@code otlp-ports}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** On the command line, such as {@code --otlp-ports}. */
    public String flag() {
        return "--" + key();
    }

    /** In the environment, such as {@code LLMTRACE_OTLP_PORTS}. */
    public String variable() {
        return VARIABLE_PREFIX + name();
    }

    /** What holds when nobody sets it. */
    public String defaultText() {
        return defaultText;
    }

    public static Optional<Setting> ofKey(String key) {
        return Arrays.stream(values()).filter(s -> s.key().equals(key)).findFirst();
    }

    /** All keys of the file, in the order of this list. */
    public static List<String> keys() {
        return Arrays.stream(values()).map(Setting::key).toList();
    }
}
