package io.llmtrace.cli.demo;

import io.llmtrace.cli.terminal.Display;
import io.llmtrace.cli.terminal.Progress;
import io.llmtrace.cli.terminal.Terminal;

/** Tells how far the demo is: one line a step, and on a terminal a live line below while a step is under way. */
public final class Steps {

    private static final int NAME_COLUMNS = 10;

    private final Terminal terminal;
    private final Progress progress;

    public Steps(Terminal terminal) {
        this.terminal = terminal;
        this.progress = new Progress(terminal);
    }

    /** A step begins. Shown as a line of its own where there is no live line. */
    void begin(String name, String what) {
        if (!terminal.errIsTerminal()) {
            println(name, what + " …");
        }
    }

    void update(String name, String what) {
        progress.update(Display.padRight(name, NAME_COLUMNS) + what);
    }

    public void done(String name, String what) {
        progress.clear();
        println(name, what);
    }

    private void println(String name, String what) {
        terminal.out().println(terminal.outStyle().dim(Display.padRight(name, NAME_COLUMNS)) + what);
        terminal.out().flush();
    }
}
