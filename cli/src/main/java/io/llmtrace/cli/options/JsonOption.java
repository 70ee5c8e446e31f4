package io.llmtrace.cli.options;

import picocli.CommandLine.Option;

/** The option that prints results as JSON. */
public final class JsonOption {

    @Option(names = "--json", description = "Print the result as JSON.")
    boolean json;

    /** Returns whether the result is to be printed as JSON. */
    public boolean json() {
        return json;
    }
}
