package io.llmtrace.cli.commands;

import picocli.CommandLine.Command;

/** The group of commands for dead letters. */
@Command(
        name = "deadletter",
        description = {
            "List or replay dead letters: spans that the store refused permanently.",
            "A server keeps them in dead-letters.ndjson in its data folder, and goes on to store other spans."
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Examples:", "  llmtrace deadletter list", "  llmtrace deadletter replay"})
final class DeadLetterCommand {}
