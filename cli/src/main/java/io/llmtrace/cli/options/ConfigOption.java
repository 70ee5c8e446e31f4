package io.llmtrace.cli.options;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.settings.Setting;
import io.llmtrace.cli.settings.Settings;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names the settings file. */
public final class ConfigOption {

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "YAML file with settings (LLMTRACE_CONFIG; default: llmtrace.yaml in this folder, if it exists).")
    @Nullable
    Path file;

    /**
     * Resolves the settings for a command.
     *
     * @param flags the settings that the options of the command set
     */
    public Settings settings(CliContext context, Map<Setting, String> flags) {
        return Settings.resolve(flags, file, context.variables(), context.workingDirectory());
    }
}
