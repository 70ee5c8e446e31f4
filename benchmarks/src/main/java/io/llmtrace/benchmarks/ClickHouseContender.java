package io.llmtrace.benchmarks;

import java.nio.file.Path;

/** One that keeps its store in a database of its own, on the server that all of them use. */
interface ClickHouseContender extends Contender {

    @Override
    default long size(Path folder) {
        return ClickHouseDatabase.of(folder).bytesOnDisk();
    }

    @Override
    default void delete(Path folder) {
        ClickHouseDatabase.of(folder).drop();
        Folders.delete(folder);
    }
}
