package io.llmtrace.storage.sqlite;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How a SQLite store is opened.
 *
 * @param file the database; created when missing, unless {@code readOnly}
 * @param readOnly no write, no lock, no migration: to look into a file that another process writes
 * @param synchronous how far a commit goes before it returns
 * @param busyTimeout how long to wait for another process that holds a lock of SQLite's own
 * @param maxSizeMb of the file, in MiB; 0 for no limit but the disk's
 * @param queryTimeout after which a query is ended with {@link io.llmtrace.storage.OverloadedException}
 */
public record SqliteSettings(
        Path file,
        boolean readOnly,
        Synchronous synchronous,
        int maxSizeMb,
        Duration busyTimeout,
        Duration queryTimeout) {

    /** SQLite's {@code PRAGMA synchronous}. */
    public enum Synchronous {
        /** An acknowledged write survives a power cut. */
        FULL,
        /** An acknowledged write survives a crash of the process; a power cut may lose the last ones. */
        NORMAL
    }

    private static final String SCHEME = "sqlite:";
    private static final List<String> PARAMETERS =
            List.of("mode", "synchronous", "max_size_mb", "busy_timeout_ms", "query_timeout_ms");

    /** A store that is written to, safe against power cuts. */
    public static SqliteSettings of(Path file) {
        return new SqliteSettings(file, false, Synchronous.FULL, 0, Duration.ofSeconds(5), Duration.ofSeconds(30));
    }

    /**
     * @param url {@code sqlite:FILE}, optionally with {@code ?mode=ro&synchronous=normal&max_size_mb=1000&busy_timeout_ms=5000&query_timeout_ms=30000}
     * @throws IllegalArgumentException naming the part that is wrong
     */
    public static SqliteSettings parse(String url) {
        String rest = url.substring(SCHEME.length());
        int mark = rest.indexOf('?');
        String file = mark < 0 ? rest : rest.substring(0, mark);
        if (file.isBlank()) {
            throw new IllegalArgumentException("storage URL without a file, expected sqlite:FILE: '" + url + "'");
        }
        SqliteSettings settings = of(Path.of(file));
        if (mark < 0) {
            return settings;
        }
        for (String parameter : rest.substring(mark + 1).split("&")) {
            settings = settings.with(parameter);
        }
        return settings;
    }

    public SqliteSettings withReadOnly() {
        return new SqliteSettings(file, true, synchronous, maxSizeMb, busyTimeout, queryTimeout);
    }

    private SqliteSettings with(String parameter) {
        int equals = parameter.indexOf('=');
        String name = equals < 0 ? parameter : parameter.substring(0, equals);
        String value = equals < 0 ? "" : URLDecoder.decode(parameter.substring(equals + 1), StandardCharsets.UTF_8);
        return switch (name) {
            case "mode" ->
                new SqliteSettings(file, isReadOnly(value), synchronous, maxSizeMb, busyTimeout, queryTimeout);
            case "synchronous" ->
                new SqliteSettings(file, readOnly, synchronousOf(value), maxSizeMb, busyTimeout, queryTimeout);
            case "max_size_mb" ->
                new SqliteSettings(file, readOnly, synchronous, positive(name, value), busyTimeout, queryTimeout);
            case "busy_timeout_ms" ->
                new SqliteSettings(file, readOnly, synchronous, maxSizeMb, millis(name, value), queryTimeout);
            case "query_timeout_ms" ->
                new SqliteSettings(file, readOnly, synchronous, maxSizeMb, busyTimeout, millis(name, value));
            default ->
                throw new IllegalArgumentException(
                        "unknown parameter of a sqlite URL, known are " + PARAMETERS + ": '" + name + "'");
        };
    }

    private static boolean isReadOnly(String value) {
        return switch (value) {
            case "ro" -> true;
            case "rw" -> false;
            default -> throw new IllegalArgumentException("mode not in [ro, rw]: '" + value + "'");
        };
    }

    private static Synchronous synchronousOf(String value) {
        return Arrays.stream(Synchronous.values())
                .filter(s -> s.name().toLowerCase(Locale.ROOT).equals(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("synchronous not in [full, normal]: '" + value + "'"));
    }

    private static Duration millis(String name, String value) {
        return Duration.ofMillis(positive(name, value));
    }

    private static int positive(String name, String value) {
        if (!value.matches("[1-9][0-9]{0,8}")) {
            throw new IllegalArgumentException(name + " not a whole number > 0: '" + value + "'");
        }
        return Integer.parseInt(value);
    }
}
