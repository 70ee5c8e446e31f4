package io.llmtrace.dev.clickhouse.internal.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Runs other programs and waits for them. */
public final class Commands {

    private Commands() {}

    /**
     * Runs a program in a folder, and returns when it has ended.
     *
     * @throws IOException if it cannot be started or fails; the message contains its output
     */
    public static void run(Path folder, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int code = process.waitFor();
            if (code != 0) {
                throw new IOException("'" + String.join(" ", command) + "' exited with " + code + ": " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while running " + command.get(0), e);
        } finally {
            process.destroy();
        }
    }
}
