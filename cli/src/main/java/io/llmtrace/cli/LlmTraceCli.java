package io.llmtrace.cli;

import io.llmtrace.cli.commands.Commands;
import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.CommandFailedException;
import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.context.NotFoundException;
import io.llmtrace.cli.context.UsageException;
import io.llmtrace.cli.options.FilterOptions;
import io.llmtrace.cli.settings.SettingTexts;
import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Style;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.StorageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line. Runs a command, and turns failures into a message and an exit code. */
public final class LlmTraceCli {

    private static final int MAX_HELP_COLUMNS = 110;
    private static final int MIN_HELP_COLUMNS = 60;

    private final CliContext context;

    /** @param context the streams, variables and folder that commands use */
    public LlmTraceCli(CliContext context) {
        this.context = context;
    }

    /**
     * Runs the command that the arguments name.
     *
     * @return the exit code
     */
    public int run(String... arguments) {
        CommandLine commandLine = commandLine();
        if (arguments.length == 0) {
            commandLine.usage(context.terminal().err());
            return ExitCode.USAGE;
        }
        return requireWritten(commandLine.execute(arguments));
    }

    /** Reports results that could not be written, for example because the disk is full: whoever reads them would take them for all. */
    private int requireWritten(int code) {
        context.terminal().out().flush();
        Optional<IOException> failure = context.terminal().outFailure();
        if (failure.isEmpty()) {
            return code;
        }
        error("cannot write the results to standard output: " + failure.get().getMessage());
        return code == ExitCode.OK ? ExitCode.FAILED : code;
    }

    CommandLine commandLine() {
        Terminal terminal = context.terminal();
        CommandLine commandLine = Commands.tree(context);
        describe(commandLine);
        commandLine
                .getCommandSpec()
                .addOption(OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .description("Print the version.")
                        .build());
        commandLine.getCommandSpec().version("llmtrace " + version());
        return commandLine
                .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
                .setColorScheme(
                        CommandLine.Help.defaultColorScheme(terminal.outStyle().coloured() ? Ansi.ON : Ansi.OFF))
                .setUsageHelpWidth(Math.max(MIN_HELP_COLUMNS, Math.min(MAX_HELP_COLUMNS, terminal.columns())))
                .setParameterExceptionHandler((e, args) -> wrongUsage(e, args))
                .setExecutionExceptionHandler((e, command, result) -> failed(e, command));
    }

    /** Adds what all commands have in common: {@code --help} with the exit codes, and the texts of the settings. */
    private static void describe(CommandLine commandLine) {
        commandLine.getSubcommands().values().forEach(LlmTraceCli::describe);
        CommandSpec command = commandLine.getCommandSpec();
        if (command.userObject() instanceof FilterOptions.Filtered filtered) {
            filtered.filters().addTo(command);
        }
        command.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Print this help.")
                .build());
        command.resourceBundle(new SettingTexts());
        UsageMessageSpec usage = command.usageMessage();
        usage.sortOptions(false);
        usage.abbreviateSynopsis(true);
        usage.optionListHeading("%nOptions:%n");
        usage.parameterListHeading("%n");
        usage.commandListHeading("%nCommands:%n");
        usage.exitCodeListHeading("%nExit codes:%n");
        usage.exitCodeList(ExitCode.descriptions());
    }

    static String version() {
        String version = LlmTraceCli.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }

    private int wrongUsage(ParameterException e, String... arguments) {
        CommandLine command = e.getCommandLine();
        error(withNameAsTyped(e, arguments));
        UnmatchedArgumentException.printSuggestions(e, command.getErr());
        hint(command);
        return ExitCode.USAGE;
    }

    /** Returns the message with the option's name as the user typed it, since picocli always uses the longest name. */
    private static @Nullable String withNameAsTyped(ParameterException e, String... arguments) {
        String message = e.getMessage();
        if (message == null || !(e.getArgSpec() instanceof OptionSpec option)) {
            return message;
        }
        for (String argument : arguments) {
            for (String name : option.names()) {
                if (argument.equals(name) || argument.startsWith(name + "=")) {
                    return message.replace("'" + option.longestName() + "'", "'" + name + "'");
                }
            }
        }
        return message;
    }

    private int failed(Exception e, CommandLine command) {
        if (e instanceof UsageException || e instanceof InvalidRequestException) {
            error(e.getMessage());
            hint(command);
            return ExitCode.USAGE;
        }
        if (e instanceof NotFoundException) {
            error(e.getMessage());
            return ExitCode.NOT_FOUND;
        }
        if (e instanceof StorageException || e instanceof CommandFailedException) {
            error(e.getMessage());
            return ExitCode.FAILED;
        }
        if (e instanceof IOException || e instanceof UncheckedIOException) {
            error("input or output failed: " + (e.getCause() == null ? e : e.getCause()));
            return ExitCode.FAILED;
        }
        error("unexpected " + e.getClass().getSimpleName() + "; this is a bug in llmtrace, please report it with:");
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        context.terminal().err().println(Display.message(trace.toString().stripTrailing()));
        return ExitCode.FAILED;
    }

    private void error(@Nullable String message) {
        Terminal terminal = context.terminal();
        Style style = terminal.errStyle();
        terminal.out().flush();
        terminal.err().println(style.red("llmtrace: ") + Display.message(message));
    }

    private void hint(CommandLine command) {
        context.terminal().err().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    }
}
