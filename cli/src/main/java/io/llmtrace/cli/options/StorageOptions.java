package io.llmtrace.cli.options;

import io.llmtrace.cli.settings.Setting;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that name the store. */
public final class StorageOptions {

    @Option(
            names = "--storage",
            paramLabel = "URL",
            description = "The store: sqlite:FILE or clickhouse://USER:PASSWORD@HOST:PORT/DATABASE"
                    + " ${bundle:setting.storage}.")
    @Nullable
    String storage;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder of the default store, the spool and the dead letters ${bundle:setting.data}.")
    @Nullable
    String data;

    /** Adds the settings that these options set. */
    public void addTo(Map<Setting, String> flags) {
        StoreOptions.put(flags, Setting.STORAGE, storage);
        StoreOptions.put(flags, Setting.DATA, data);
    }
}
