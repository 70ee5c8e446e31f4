package io.llmtrace.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the settings file is. */
final class ConfigOption {

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Settings as YAML (LLMTRACE_CONFIG; default: llmtrace.yaml in this folder, if it is there).")
    @Nullable
    Path file;
}
