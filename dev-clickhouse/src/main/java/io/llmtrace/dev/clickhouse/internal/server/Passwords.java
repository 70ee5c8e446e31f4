package io.llmtrace.dev.clickhouse.internal.server;

import io.llmtrace.dev.clickhouse.internal.engine.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/** Creates passwords of the user {@code llmtrace}, and stores them with the data so that a folder used again has the same URL. */
public final class Passwords {

    private static final String FILE = "password";
    private static final int RANDOM_BYTES = 16;

    private Passwords() {}

    public static String random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    public static Optional<String> storedIn(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
    }

    static void store(Path folder, String password) throws IOException {
        Folders.writePrivately(folder.resolve(FILE), password);
    }
}
