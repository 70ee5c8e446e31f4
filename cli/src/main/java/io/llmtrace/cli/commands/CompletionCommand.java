package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.context.UsageException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description = "Print a completion script for the shell, with which TAB completes commands and options.",
        footer = {
            "",
            "Examples:",
            "  source <(llmtrace completion bash)                  for this shell",
            "  llmtrace completion bash > ~/.local/share/bash-completion/completions/llmtrace",
            "  echo 'source <(llmtrace completion zsh)' >> ~/.zshrc"
        })
final class CompletionCommand implements Callable<Integer> {

    private static final List<String> SHELLS = List.of("bash", "zsh");

    @Spec
    @Nullable
    CommandSpec spec;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "SHELL",
            defaultValue = "bash",
            description = "bash or zsh (default: ${DEFAULT-VALUE}).")
    String shell = "bash";

    @Override
    public Integer call() {
        if (!SHELLS.contains(shell.toLowerCase(Locale.ROOT))) {
            throw new UsageException("no completion for this shell; known are " + SHELLS + ": '" + shell + "'");
        }
        // One script serves both shells: in zsh, it enables the emulation of bash's completion.
        CommandLine root = Objects.requireNonNull(spec).root().commandLine();
        root.getOut().println(AutoComplete.bash("llmtrace", root));
        return ExitCode.OK;
    }
}
