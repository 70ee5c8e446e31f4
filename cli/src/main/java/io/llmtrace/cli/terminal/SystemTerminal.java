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

/** Opens the terminal of this process. */
public final class SystemTerminal {

    private static final int DEFAULT_COLUMNS = 80;

    private SystemTerminal() {}

    /**
     * Describes the terminal of this process.
     *
     * @param variables the environment, of which {@code NO_COLOR}, {@code TERM} and {@code COLUMNS} are used
     */
    public static Terminal open(Map<String, String> variables) {
        boolean in = isTerminal(0);
        boolean out = isTerminal(1);
        boolean err = isTerminal(2);
        boolean colours = variables.getOrDefault("NO_COLOR", "").isEmpty()
                && !variables.getOrDefault("TERM", "dumb").equals("dumb");
        return new Terminal(
                System.in,
                new ResultStream(new FileOutputStream(FileDescriptor.out), isPipe(1), out),
                utf8(FileDescriptor.err),
                in && err,
                out,
                err,
                out || err ? columns(variables) : Terminal.UNBOUNDED,
                colours);
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor), 1 << 16), true, StandardCharsets.UTF_8);
    }

    private static boolean isPipe(int descriptor) {
        try {
            String target = targetOf(descriptor);
            return target.startsWith("pipe:") || target.startsWith("socket:");
        } catch (IOException | UnsupportedOperationException e) {
            return false; // without /proc, the message of a failure tells
        }
    }

    /** Returns what a descriptor is open on, such as {@code /dev/pts/3} or {@code pipe:[5103]}. */
    private static String targetOf(int descriptor) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
    }

    private static boolean isTerminal(int descriptor) {
        try {
            String target = targetOf(descriptor);
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return consoleIsTerminal(); // without /proc, the answer is wrong if only one of the streams is redirected
        }
    }

    /**
     * Returns whether there is a console with a terminal. Since JDK 22, a console can be without one, and has a method that
     * tells.
     */
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
