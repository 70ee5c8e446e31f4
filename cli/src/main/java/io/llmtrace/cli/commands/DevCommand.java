package io.llmtrace.cli.commands;

import picocli.CommandLine.Command;

@Command(
        name = "dev",
        description = "Tools for development and for trying things out.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Examples:", "  llmtrace dev clickhouse      a ClickHouse to try llmtrace with"})
final class DevCommand {}
