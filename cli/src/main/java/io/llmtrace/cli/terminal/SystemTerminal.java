package io.llmtrace.cli.terminal;

import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The terminal of this process. */
public final class SystemTerminal {

    private static final int DEFAULT_COLUMNS = 80;

    private SystemTerminal() {}

    /** @param variables of the environment: {@code NO_COLOR}, {@code TERM} and {@code COLUMNS} count */
    public static Terminal open(Map<String, String> variables) {
        boolean in = isTerminal(0);
        boolean out = isTerminal(1);
        boolean err = isTerminal(2);
        boolean colours = variables.getOrDefault("NO_COLOR", "").isEmpty()
                && !variables.getOrDefault("TERM", "dumb").equals("dumb");
        return new Terminal(
                System.in,
                utf8(FileDescriptor.out, out),
                utf8(FileDescriptor.err, true),
                in && err,
                out,
                err,
                out || err ? columns(variables) : Terminal.UNBOUNDED,
                colours);
    }

    /** UTF-8 whatever the locale says: JSON is, and a JVM in the C locale would print question marks. */
    private static PrintStream utf8(FileDescriptor descriptor, boolean flushLines) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor), 1 << 16),
                flushLines,
                StandardCharsets.UTF_8);
    }

    private static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return consoleIsTerminal(); // no /proc here: right unless only one of the streams is redirected
        }
    }

    /** From JDK 22 on there may be a console without a terminal, and a method to ask. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean consoleIsTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    private static int columns(Map<String, String> variables) {
        String given = variables.getOrDefault("COLUMNS", "");
        if (given.matches("[1-9][0-9]{0,4}")) {
            return Integer.parseInt(given);
        }
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            if (stty.waitFor(1, TimeUnit.SECONDS) && size.matches("[0-9]+ [1-9][0-9]*")) {
                return Integer.parseInt(size.substring(size.indexOf(' ') + 1));
            }
        } catch (IOException e) {
            return DEFAULT_COLUMNS; // no stty, no /dev/tty
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return DEFAULT_COLUMNS;
    }
}
