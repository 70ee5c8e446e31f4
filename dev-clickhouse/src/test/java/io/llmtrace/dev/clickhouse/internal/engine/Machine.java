package io.llmtrace.dev.clickhouse.internal.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A fake machine whose files lie below a folder. */
public final class Machine {

    public static final String LINUX = "linux-x64-glibc";

    private final Path root;
    private final Map<String, String> variables = new HashMap<>();
    private String platform = LINUX;

    public Machine(Path root) {
        this.root = root;
        variables.put("PATH", root.resolve("bin").toString());
    }

    public Machine on(String name) {
        platform = name;
        return this;
    }

    public Machine with(String variable, String value) {
        variables.put(variable, value);
        return this;
    }

    /** Puts a shell script on the PATH. */
    public Machine withProgram(String name, String script) throws IOException {
        Path file = Files.createDirectories(root.resolve("bin")).resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        if (!file.toFile().setExecutable(true)) {
            throw new IOException(file + " cannot be made a program");
        }
        return this;
    }

    public Path program(String name) {
        return root.resolve("bin").resolve(name);
    }

    public Path home() {
        return root.resolve("home");
    }

    public Environment environment() {
        return new Environment(Map.copyOf(variables), home(), platform);
    }
}
