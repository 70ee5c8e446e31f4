package io.llmtrace.storage.sqlite;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The implementation of the settings of a SQLite store. It is not public, so that a new component breaks no caller. */
record SqliteSettingsValues(
        Path file,
        boolean readOnly,
        Synchronous synchronous,
        int maxSizeMb,
        Duration busyTimeout,
        Duration queryTimeout,
        int maxReadMb)
        implements SqliteSettings {

    static final int MAX_READ_MB = (int) Math.max(32, Runtime.getRuntime().maxMemory() / 2 >> 20);

    private static final String SCHEME = "sqlite:";
    private static final List<String> PARAMETERS =
            List.of("mode", "synchronous", "max_size_mb", "busy_timeout_ms", "query_timeout_ms", "max_read_mb");

    static SqliteSettings parse(String url) {
        String rest = url.substring(SCHEME.length());
        int mark = rest.indexOf('?');
        String file = mark < 0 ? rest : rest.substring(0, mark);
        if (file.isBlank()) {
            throw new IllegalArgumentException("storage URL without a file, expected sqlite:FILE: '" + url + "'");
        }
        Builder settings = SqliteSettings.builder(Path.of(file));
        if (mark < 0) {
            return settings.build();
        }
        for (String parameter : rest.substring(mark + 1).split("&")) {
            set(settings, parameter);
        }
        return settings.build();
    }

    private static void set(Builder settings, String parameter) {
        int equals = parameter.indexOf('=');
        String name = equals < 0 ? parameter : parameter.substring(0, equals);
        String value = equals < 0 ? "" : URLDecoder.decode(parameter.substring(equals + 1), StandardCharsets.UTF_8);
        switch (name) {
            case "mode" -> settings.readOnly(isReadOnly(value));
            case "synchronous" -> settings.synchronous(synchronousOf(value));
            case "max_size_mb" -> settings.maxSizeMb(positive(name, value));
            case "busy_timeout_ms" -> settings.busyTimeout(millis(name, value));
            case "query_timeout_ms" -> settings.queryTimeout(millis(name, value));
            case "max_read_mb" -> settings.maxReadMb(positive(name, value));
            default ->
                throw new IllegalArgumentException(
                        "unknown parameter of a sqlite URL, known are " + PARAMETERS + ": '" + name + "'");
        }
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
