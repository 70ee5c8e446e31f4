package io.llmtrace.ingest;

import io.llmtrace.ingest.internal.DeadLetterFile;
import io.llmtrace.ingest.internal.SpoolFileName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Looks at the files of a spool that another process may have open. */
public final class SpoolFiles {

    private SpoolFiles() {}

    /**
     * Returns whether requests may wait in the spool of a data folder. Its files are removed once all of their requests are stored.
     */
    public static boolean hold(Path folder) {
        try (Stream<Path> files = Files.list(folder.resolve("spool"))) {
            return files.anyMatch(SpoolFileName::matches);
        } catch (IOException e) {
            return false; // there is no spool
        }
    }

    /** Returns whether there are dead letters in a data folder. */
    public static boolean holdDeadLetters(Path folder) {
        try {
            return Files.size(DeadLetterFile.in(folder)) > 0;
        } catch (IOException e) {
            return false; // there is no such file
        }
    }
}
