package io.llmtrace.dev.clickhouse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A made-up machine below a folder. */
final class Machine {

    static final String LINUX = "linux-x64-glibc";

    private final Path root;
    private final Map<String, String> variables = new HashMap<>();
    private String platform = LINUX;

    Machine(Path root) {
        this.root = root;
        variables.put("PATH", root.resolve("bin").toString());
    }

    Machine on(String name) {
        platform = name;
        return this;
    }

    Machine with(String variable, String value) {
        variables.put(variable, value);
        return this;
    }

    /** A program on the PATH. */
    Machine withProgram(String name, String script) throws IOException {
        Path file = Files.createDirectories(root.resolve("bin")).resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        if (!file.toFile().setExecutable(true)) {
            throw new IOException(file + " cannot be made a program");
        }
        return this;
    }

    Path program(String name) {
        return root.resolve("bin").resolve(name);
    }

    Path home() {
        return root.resolve("home");
    }

    Environment environment() {
        return new Environment(Map.copyOf(variables), home(), platform);
    }
}
