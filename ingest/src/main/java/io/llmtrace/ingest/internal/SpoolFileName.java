package io.llmtrace.ingest.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** The names of the files of a spool, such as {@code 00000000000000000007.spool}. */
public final class SpoolFileName {

    private static final String SUFFIX = ".spool";
    private static final Pattern NAME = Pattern.compile("\\d{20}\\.spool");
    /** Far beyond what is ever reached, and far enough from an overflow. */
    private static final long MAX_NUMBER = Long.MAX_VALUE / 2;

    private SpoolFileName() {}

    static String of(long number) {
        return "%020d%s".formatted(number, SUFFIX);
    }

    /** Returns the number of a file of a spool; empty if it is something else. */
    static OptionalLong numberOf(Path path) {
        String name = path.getFileName().toString();
        if (!NAME.matcher(name).matches() || !Files.isRegularFile(path)) {
            return OptionalLong.empty();
        }
        try {
            long number = Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
            return number <= MAX_NUMBER ? OptionalLong.of(number) : OptionalLong.empty();
        } catch (NumberFormatException e) {
            return OptionalLong.empty(); // larger than a long
        }
    }

    /** Returns whether a path is a file of a spool. */
    public static boolean matches(Path path) {
        return numberOf(path).isPresent();
    }

    /** Returns whether a path only looks like one, such as a copy that someone has made. */
    static boolean isForeign(Path path) {
        return path.getFileName().toString().endsWith(SUFFIX) && !matches(path);
    }
}
