package io.llmtrace.cli.terminal;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Prints lines of JSON with control characters escaped. Each is printed once it is complete. */
final class SafeJsonStream extends OutputStream {

    private final PrintStream out;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    SafeJsonStream(PrintStream out) {
        this.out = out;
    }

    @Override
    public void write(int b) {
        if (b != '\n') {
            line.write(b);
            return;
        }
        out.println(Display.safeJson(line.toString(StandardCharsets.UTF_8)));
        line.reset();
    }

    @Override
    public void flush() {
        out.flush();
    }
}
