package io.llmtrace.ingest.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What could not be read of the files of a spool. Its owner calls it from one thread at a time. */
final class SpoolDamage {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolDamage.class);

    private String last = "";
    private long spans;

    /**
     * Notes that a file is damaged, and keeps it under a second name, which stays when the spool removes the file.
     *
     * @param what cannot be read
     * @param keptSubmissions how many are intact in the file and not in the store yet
     * @param lostSpans how many that were counted before cannot be read
     */
    void found(Path file, long offset, String what, long keptSubmissions, long lostSpans) {
        last = "%s is damaged at byte %d: %s cannot be read; %d intact requests in it are kept; %s"
                .formatted(file, offset, what, keptSubmissions, keep(file));
        spans += lostSpans;
        LOG.error("{}", last);
    }

    private static String keep(Path file) {
        Path copy = file.resolveSibling(file.getFileName() + ".damaged");
        if (Files.exists(copy)) {
            return "a copy is in " + copy;
        }
        try {
            try {
                Files.createLink(copy, file); // takes no space
            } catch (UnsupportedOperationException | IOException e) {
                LOG.debug("{} cannot be linked", file, e);
                Files.copy(file, copy);
            }
            return "a copy is in " + copy;
        } catch (IOException e) {
            return "it cannot be copied: " + e;
        }
    }

    /** Returns the last damage that was found since the start; empty if there was none. */
    String last() {
        return last;
    }

    /** Returns how many spans could not be read that the spool had counted as waiting. */
    long spans() {
        return spans;
    }
}
