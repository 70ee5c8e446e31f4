package io.llmtrace.benchmarks;

import java.nio.file.Path;

/** A way to store spans that takes part in a comparison. */
interface Contender {

    /** Opens its store in a folder of its own, which exists; makes it if it is not there. */
    Store open(Path folder);

    /** As {@link #open}, to fill it for a measurement of reads: may commit less often, if what is stored is the same after that. */
    default Store openToFill(Path folder) {
        return open(folder);
    }

    /** Bytes on disk of the closed store of a folder. */
    default long size(Path folder) {
        return Folders.size(folder);
    }

    /** Away with a closed store, and with its folder. */
    default void delete(Path folder) {
        Folders.delete(folder);
    }
}
