package io.llmtrace.cli.demo;

import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Progress;
import io.llmtrace.cli.terminal.Terminal;

/** Shows the progress of the demo: one line for each step, and on a terminal a live line below it. */
public final class DemoProgress {

    private static final int NAME_COLUMNS = 10;

    private final Terminal terminal;
    private final Progress progress;

    public DemoProgress(Terminal terminal) {
        this.terminal = terminal;
        this.progress = new Progress(terminal);
    }

    /** Starts a step. Printed as a line of its own where there is no live line. */
    void begin(String name, String what) {
        if (!terminal.errIsTerminal()) {
            println(name, what + " …");
        }
    }

    /** Updates the live line. */
    void update(String name, String what) {
        progress.update(Display.padRight(name, NAME_COLUMNS) + what);
    }

    /** Ends a step, and prints its result. */
    public void done(String name, String what) {
        progress.clear();
        println(name, what);
    }

    private void println(String name, String what) {
        terminal.out().println(terminal.outStyle().dim(Display.padRight(name, NAME_COLUMNS)) + what);
        terminal.out().flush();
    }
}
