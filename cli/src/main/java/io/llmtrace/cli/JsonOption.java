package io.llmtrace.cli;

import picocli.CommandLine.Option;

/** Whether a program reads the result. */
final class JsonOption {

    @Option(names = "--json", description = "Print JSON for programs.")
    boolean json;
}
