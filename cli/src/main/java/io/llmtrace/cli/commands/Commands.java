package io.llmtrace.cli.commands;

import io.llmtrace.cli.context.CliContext;
import picocli.CommandLine;

/** The tree of commands below {@code llmtrace}. */
public final class Commands {

    private Commands() {}

    /** Builds the root command with all its subcommands. */
    public static CommandLine tree(CliContext context) {
        return new CommandLine(new RootCommand())
                .addSubcommand(new ServeCommand(context))
                .addSubcommand(new DemoCommand(context))
                .addSubcommand(new QueryCommand(context))
                .addSubcommand(new ShowCommand(context))
                .addSubcommand(new TopCommand(context))
                .addSubcommand(new StatsCommand(context))
                .addSubcommand(new ImportCommand(context))
                .addSubcommand(new ExportCommand(context))
                .addSubcommand(new DeleteCommand(context))
                .addSubcommand(new RetentionCommand(context))
                .addSubcommand(new MigrateCommand(context))
                .addSubcommand(new RemapCommand(context))
                .addSubcommand(new CommandLine(new PricesCommand()).addSubcommand(new PricesMissingCommand(context)))
                .addSubcommand(new DoctorCommand(context))
                .addSubcommand(new CommandLine(new DeadLetterCommand())
                        .addSubcommand(new DeadLetterListCommand(context))
                        .addSubcommand(new DeadLetterReplayCommand(context)))
                .addSubcommand(new CommandLine(new DevCommand()).addSubcommand(new DevClickHouseCommand(context)))
                .addSubcommand(new CompletionCommand());
    }
}
