package io.llmtrace.cli.commands;

import picocli.CommandLine.Command;

@Command(
        name = "llmtrace",
        description = {
            "A store for the traces of LLM applications.",
            "",
            "Settings come from flags, from environment variables such as LLMTRACE_STORAGE, or from the settings file, in"
                    + " this order of precedence; 'llmtrace doctor' prints the values in effect. LLMTRACE_JAVA_OPTS passes"
                    + " options to the JVM, such as -Xmx4g; by default, the heap is half of the memory, at most 2 GiB."
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  llmtrace demo                    start a server with 2,000 traces to look at",
            "  llmtrace serve                   store what http://localhost:8080 receives in llmtrace-data/",
            "  llmtrace query --status error    list the traces with an error",
            "  llmtrace COMMAND --help          print options and examples of a command"
        })
final class RootCommand {}
