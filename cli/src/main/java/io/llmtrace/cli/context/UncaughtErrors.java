package io.llmtrace.cli.context;

import io.llmtrace.storage.spi.OutOfMemoryErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what ends a thread, with what to do, and counts a lack of memory. Java would only print a stack trace. */
public final class UncaughtErrors {

    private static final Logger LOG = LoggerFactory.getLogger(UncaughtErrors.class);

    private UncaughtErrors() {}

    /** Does so for all threads of the process that have no handler of their own. */
    public static void handleAll() {
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {
            OutOfMemoryErrors.note(error); // first: the rest may find no memory
            LOG.error(
                    "the thread {} has ended, so a part of the process may not work: restart it{}",
                    thread.getName(),
                    error instanceof OutOfMemoryError ? ", with a larger heap (-Xmx) if that happens again" : "",
                    error);
        });
    }
}
