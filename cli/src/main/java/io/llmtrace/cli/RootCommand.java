package io.llmtrace.cli;

import picocli.CommandLine.Command;

@Command(
        name = "llmtrace",
        description = {
            "A store for the traces of LLM applications.",
            "",
            "Settings come from a flag, else from a variable such as LLMTRACE_STORAGE, else from the settings file,"
                    + " else the default holds; 'llmtrace doctor' prints those in force."
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  llmtrace demo                    start a server with 2,000 traces to look at",
            "  llmtrace serve                   store what is sent to http://localhost:8080 in llmtrace-data/",
            "  llmtrace query --status error    list the traces with an error",
            "  llmtrace COMMAND --help          options and examples of a command"
        })
final class RootCommand {}
