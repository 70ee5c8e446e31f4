package io.llmtrace.cli.context;

import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.storage.TraceRepository;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/**
 * The environment in which a command runs.
 *
 * @param terminal the streams of the command
 * @param variables the environment variables
 * @param workingDirectory the folder that relative paths start from
 * @param stores opens a repository by its URL
 * @param stop the signal that ends a command that runs a server
 */
public record CliContext(
        Terminal terminal,
        Map<String, String> variables,
        Path workingDirectory,
        Function<String, TraceRepository> stores,
        StopSignal stop) {}
