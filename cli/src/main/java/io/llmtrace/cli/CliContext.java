package io.llmtrace.cli;

import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.storage.TraceRepository;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/**
 * All that a command knows of the world around it.
 *
 * @param variables of the environment
 * @param workingDirectory where relative paths begin
 * @param stores opens a repository by its URL
 * @param stop ends a command that serves
 */
public record CliContext(
        Terminal terminal,
        Map<String, String> variables,
        Path workingDirectory,
        Function<String, TraceRepository> stores,
        StopSignal stop) {}
