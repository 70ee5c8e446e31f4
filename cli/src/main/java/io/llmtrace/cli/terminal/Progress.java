package io.llmtrace.cli.terminal;

import java.io.PrintStream;
import java.time.Duration;

/** A line on stderr that is overwritten as work proceeds. Prints nothing if stderr is not a terminal. */
public final class Progress implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofMillis(100);
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintStream err;
    private final boolean shown;
    private final int columns;
    private long nextNanos = System.nanoTime();
    private boolean dirty;

    public Progress(Terminal terminal) {
        this.err = terminal.err();
        this.shown = terminal.errIsTerminal();
        this.columns = terminal.columns();
    }

    /** Shows the text, unless the line was changed a moment ago. */
    public void update(String text) {
        if (!shown || System.nanoTime() - nextNanos < 0) {
            return;
        }
        nextNanos = System.nanoTime() + INTERVAL.toNanos();
        // One column is left free: a full line makes some terminals scroll.
        err.print(CLEAR_LINE + Display.truncate(text, columns - 1));
        err.flush();
        dirty = true;
    }

    @Override
    public void close() {
        clear();
    }

    /** Clears the line, so that other output can be printed. */
    public void clear() {
        if (dirty) {
            err.print(CLEAR_LINE);
            err.flush();
            dirty = false;
        }
    }
}
