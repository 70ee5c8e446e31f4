package io.llmtrace.cli;

import io.llmtrace.cli.settings.Setting;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which store. */
final class StorageOptions {

    @Option(
            names = "--storage",
            paramLabel = "URL",
            description = "The store, sqlite:FILE or clickhouse://USER:PASSWORD@HOST:PORT/DATABASE"
                    + " (LLMTRACE_STORAGE; default: sqlite:<data>/traces.db).")
    @Nullable
    String storage;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder of the default store (LLMTRACE_DATA; default: llmtrace-data in this folder).")
    @Nullable
    String data;

    void addTo(Map<Setting, String> flags) {
        StoreOptions.put(flags, Setting.STORAGE, storage);
        StoreOptions.put(flags, Setting.DATA, data);
    }
}
