package io.llmtrace.dev.clickhouse.internal.engine;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The properties of the machine that decide which engine is used.
 *
 * @param platform such as {@code linux-x64-glibc}
 */
public record Environment(Map<String, String> variables, Path home, String platform) {

    /** The variable with the URL of a running server. */
    public static final String URL = "LLMTRACE_CLICKHOUSE_URL";
    /** The variable with the path of a binary. */
    public static final String BINARY = "LLMTRACE_CLICKHOUSE_BINARY";

    public static Environment ofThisMachine(Map<String, String> variables) {
        return new Environment(variables, Path.of(System.getProperty("user.home")), thisPlatform());
    }

    private static String thisPlatform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT).replace(' ', '-');
        String arch = System.getProperty("os.arch").equals("amd64") ? "x64" : System.getProperty("os.arch");
        if (!os.equals("linux")) {
            return os + "-" + arch;
        }
        boolean musl = Files.exists(Path.of("/lib/ld-musl-x86_64.so.1"))
                && !Files.exists(Path.of("/lib64/ld-linux-x86-64.so.2"));
        return os + "-" + arch + (musl ? "-musl" : "-glibc");
    }

    /** Returns a variable without surrounding blanks; empty if it is not set or blank. */
    public Optional<String> variable(String name) {
        return Optional.ofNullable(variables.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** Returns the executable of this name on the PATH. */
    Optional<Path> program(String name) {
        for (String folder : variable("PATH").orElse("").split(File.pathSeparator, -1)) {
            Path file = Path.of(folder.isEmpty() ? "." : folder, name).toAbsolutePath();
            if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    /** Returns the folder for files that can be fetched again. */
    Path cacheFolder() {
        // The XDG specification says that a relative path must be ignored.
        return variable("XDG_CACHE_HOME")
                .map(Path::of)
                .filter(Path::isAbsolute)
                .orElse(home.resolve(".cache"))
                .resolve("llmtrace/clickhouse");
    }
}
