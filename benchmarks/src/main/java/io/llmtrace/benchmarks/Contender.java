package io.llmtrace.benchmarks;

import java.nio.file.Path;

/** A way to store spans that takes part in a comparison. */
interface Contender {

    /** Opens its store in a folder of its own, which exists; makes it if it is not there. */
    Store open(Path folder);

    /** As {@link #open}, to fill it for a measurement of reads: may commit less often, if the file is the same after that. */
    default Store openToFill(Path folder) {
        return open(folder);
    }
}
