package io.llmtrace.cli.terminal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * The three streams of a command, and what is at their other end.
 *
 * @param interactive whether a person can answer a question
 * @param outIsTerminal whether results go to a person's eyes, and may be coloured and cut to the width
 * @param errIsTerminal whether progress may be shown
 * @param columns of the terminal; {@link Integer#MAX_VALUE} where there is none
 * @param colours whether colours are wanted; they are used on terminals only
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

    /** For output that no terminal shows. */
    public static final int UNBOUNDED = Integer.MAX_VALUE;

    public Terminal {
        Objects.requireNonNull(in, "in");
        Objects.requireNonNull(out, "out");
        Objects.requireNonNull(err, "err");
    }

    /** Streams that go to files or other programs: no colours, no progress, no questions. */
    public static Terminal plain(InputStream in, PrintStream out, PrintStream err) {
        return new Terminal(in, out, err, false, false, false, UNBOUNDED, false);
    }

    /** How wide a line of results may be. */
    public int outColumns() {
        return outIsTerminal ? columns : UNBOUNDED;
    }

    public Style outStyle() {
        return Style.of(outIsTerminal && colours);
    }

    public Style errStyle() {
        return Style.of(errIsTerminal && colours);
    }

    /** Asks a question that a person answers with yes or no; anything but yes is no. */
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
