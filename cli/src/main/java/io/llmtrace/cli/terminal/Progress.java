package io.llmtrace.cli.terminal;

import java.io.PrintStream;
import java.time.Duration;

/** One line on stderr that is written over as work goes on. Where stderr is no terminal it stays silent. */
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

    /** Shows this, unless the line was changed a moment ago. */
    public void update(String text) {
        if (!shown || System.nanoTime() - nextNanos < 0) {
            return;
        }
        nextNanos = System.nanoTime() + INTERVAL.toNanos();
        // One column less: a full line makes some terminals scroll.
        err.print(CLEAR_LINE + Display.truncate(text, columns - 1));
        err.flush();
        dirty = true;
    }

    @Override
    public void close() {
        clear();
    }

    /** Leaves an empty line for what comes next. */
    public void clear() {
        if (dirty) {
            err.print(CLEAR_LINE);
            err.flush();
            dirty = false;
        }
    }
}
