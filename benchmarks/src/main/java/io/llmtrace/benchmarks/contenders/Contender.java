package io.llmtrace.benchmarks.contenders;

import io.llmtrace.benchmarks.environment.Folders;
import java.nio.file.Path;

/** A way to store spans, one of those that a suite compares. */
public interface Contender {

    /** Opens the store in this existing folder, and creates it if it is missing. */
    Store open(Path folder);

    /** Opens the store to fill it for a measurement of reads. It may commit less often, if the stored data is the same. */
    default Store openToFill(Path folder) {
        return open(folder);
    }

    /** Returns the bytes on disk of the closed store in this folder. */
    default long size(Path folder) {
        return Folders.size(folder);
    }

    /** Deletes the closed store and its folder. */
    default void delete(Path folder) {
        Folders.delete(folder);
    }
}
