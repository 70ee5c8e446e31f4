package io.llmtrace.cli.commands;

import picocli.CommandLine.Command;

/** The group of commands for prices. */
@Command(
        name = "prices",
        description = {
            "Find models without a price.",
            "Costs that calls do not report are estimated from list prices, and from the file that 'prices' names."
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Examples:", "  llmtrace prices missing", "  llmtrace prices missing --since 7d --json"})
final class PricesCommand {}
