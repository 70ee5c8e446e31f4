package io.llmtrace.cli;

import picocli.CommandLine.Command;

/** Groups the commands for what the store refused. */
@Command(
        name = "deadletter",
        description = {
            "List or replay what the store refused for good.",
            "The server keeps such spans in dead-letters.ndjson of its data folder, and goes on with the others."
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Examples:", "  llmtrace deadletter list", "  llmtrace deadletter replay"})
final class DeadLetterCommand {}
