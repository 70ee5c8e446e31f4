package io.llmtrace.cli;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "completion",
        description = "Print the completion script of a shell: TAB then completes commands and options.",
        footer = {
            "",
            "Examples:",
            "  source <(llmtrace completion bash)                  for this shell",
            "  llmtrace completion bash > ~/.local/share/bash-completion/completions/llmtrace",
            "  echo 'source <(llmtrace completion zsh)' >> ~/.zshrc"
        })
final class CompletionCommand implements Callable<Integer> {

    private static final List<String> SHELLS = List.of("bash", "zsh");

    private final CliContext context;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "SHELL",
            defaultValue = "bash",
            description = "bash or zsh (default: ${DEFAULT-VALUE}).")
    String shell = "bash";

    CompletionCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (!SHELLS.contains(shell.toLowerCase(Locale.ROOT))) {
            throw new UsageException("no completion for this shell, there is one for " + SHELLS + ": '" + shell + "'");
        }
        // One script for both: in zsh it switches on the emulation of bash's completion by itself.
        context.terminal().out().println(AutoComplete.bash("llmtrace", new LlmTraceCli(context).commandLine()));
        return ExitCode.OK;
    }
}
