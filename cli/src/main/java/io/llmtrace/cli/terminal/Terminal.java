package io.llmtrace.cli.terminal;

import io.llmtrace.json.TraceJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;

/**
 * The streams of a command, and whether a person is at their other end.
 *
 * @param interactive whether a person can answer a question
 * @param outIsTerminal whether a person reads the results, which may then be coloured and cut to the width
 * @param errIsTerminal whether progress may be shown
 * @param columns width of the terminal; {@link #UNBOUNDED} if there is none
 * @param colours whether the user wants colours, which are used only on terminals
 */
public record Terminal(
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean interactive,
        boolean outIsTerminal,
        boolean errIsTerminal,
        int columns,
        boolean colours) {

    /** The width of output that does not go to a terminal. */
    public static final int UNBOUNDED = Integer.MAX_VALUE;

    public Terminal {
        Objects.requireNonNull(in, "in");
        Objects.requireNonNull(out, "out");
        Objects.requireNonNull(err, "err");
    }

    /** Returns streams that go to files or other programs: no colours, no progress, no questions. */
    public static Terminal plain(InputStream in, PrintStream out, PrintStream err) {
        return new Terminal(in, out, err, false, false, false, UNBOUNDED, false);
    }

    /** Returns the maximum width of a line of results. */
    public int outColumns() {
        return outIsTerminal ? columns : UNBOUNDED;
    }

    /** Returns why results could not be written; empty if all were, or if whoever reads them has closed the pipe. */
    public Optional<IOException> outFailure() {
        return out instanceof ResultStream results ? results.failure() : Optional.empty();
    }

    /** Prints a value as JSON on one line: as it is for programs, and with control characters escaped for terminals. */
    public void printJson(Object value) {
        String json = TraceJson.write(value);
        out.println(outIsTerminal ? Display.safeJson(json) : json);
    }

    /** Returns the stream for lines of JSON, which does the same. */
    public OutputStream jsonOut() {
        return outIsTerminal ? new SafeJsonStream(out) : out;
    }

    public Style outStyle() {
        return Style.of(outIsTerminal && colours);
    }

    public Style errStyle() {
        return Style.of(errIsTerminal && colours);
    }

    /** Asks a yes-or-no question, and returns whether the answer is yes. */
    public boolean confirm(String question) {
        err.print(question + " [y/N] ");
        err.flush();
        try {
            String answer = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
            return answer != null
                    && (answer.strip().equalsIgnoreCase("y") || answer.strip().equalsIgnoreCase("yes"));
        } catch (IOException e) {
            return false;
        }
    }
}
