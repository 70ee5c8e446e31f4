package io.llmtrace.cli;

import io.llmtrace.cli.context.CliContext;
import io.llmtrace.cli.context.StopSignal;
import io.llmtrace.cli.terminal.ResultStream;
import io.llmtrace.cli.terminal.Terminal;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs commands as the program does, with its own streams, variables and folder. */
public final class CliRun {

    public final Map<String, String> variables = new LinkedHashMap<>();
    public final StopSignal stop = new StopSignal();
    public Function<String, TraceRepository> stores = TraceRepositories::open;
    public String input = "";
    /** The width of the terminal; 0 if the streams are not a terminal. */
    public int columns;

    public boolean interactive;
    /** Where results go in the end; kept in memory if it is null. */
    public @Nullable OutputStream results;

    public boolean resultsToPipe;
    public boolean colours;
    private final Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    public CliRun(Path folder) {
        this.folder = folder;
        variables.put("LLMTRACE_DATA", folder.resolve("data").toString());
    }

    /** The exit code and the output of a command. */
    public record Result(int code, String out, String err) {
        public List<String> lines() {
            return out.lines().toList();
        }
    }

    public Result run(String... arguments) {
        out.reset();
        err.reset();
        int code = new LlmTraceCli(context()).run(arguments);
        return new Result(code, out(), err());
    }

    /** Runs a command whose arguments are separated by spaces. */
    public Result runLine(String line) {
        List<String> arguments = new ArrayList<>(List.of(line.split(" ")));
        return run(arguments.toArray(String[]::new));
    }

    public String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    public String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    CliContext context() {
        PrintStream outStream = new ResultStream(results == null ? out : results, resultsToPipe, true);
        PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8);
        ByteArrayInputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        Terminal terminal = columns == 0
                ? new Terminal(in, outStream, errStream, interactive, false, false, Terminal.UNBOUNDED, colours)
                : new Terminal(in, outStream, errStream, interactive, true, true, columns, colours);
        return new CliContext(terminal, variables, folder, url -> stores.apply(url), stop);
    }
}
