package io.llmtrace.ingest.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code reserve}: 256 KiB of the spool's disk, given up when a delete finds no room for its record, which takes some 20 bytes for
 * each trace.
 */
final class SpoolReserve {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolReserve.class);

    private static final int BYTES = 256 << 10;

    private final Path file;
    private boolean taken;

    SpoolReserve(Path file) {
        this.file = file;
    }

    /** Takes the space, if it is not taken and there is some. */
    void take() {
        if (taken) {
            return;
        }
        try {
            if (Files.notExists(file) || Files.size(file) < BYTES) {
                byte[] noise = new byte[BYTES]; // which no file system can compress
                new SplittableRandom().nextBytes(noise);
                Files.write(file, noise);
            }
            taken = true;
        } catch (IOException e) {
            LOG.debug("{} cannot be written", file, e);
        }
    }

    /** Gives the space up. */
    void release() {
        taken = false;
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("{} cannot be removed: {}", file, e.toString());
        }
    }
}
