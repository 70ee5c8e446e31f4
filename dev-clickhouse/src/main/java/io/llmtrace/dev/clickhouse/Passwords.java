package io.llmtrace.dev.clickhouse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/** Passwords of the user {@code llmtrace}: random, and kept with the data, so that a kept folder keeps its URL. */
final class Passwords {

    private static final String FILE = "password";
    private static final int RANDOM_BYTES = 16;

    private Passwords() {}

    static String random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    static Optional<String> keptIn(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
    }

    static void keep(Path folder, String password) throws IOException {
        Folders.writePrivately(folder.resolve(FILE), password);
    }
}
