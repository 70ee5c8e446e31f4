package io.llmtrace.benchmarks.contenders;

import io.llmtrace.benchmarks.environment.ClickHouseDatabase;
import io.llmtrace.benchmarks.environment.Folders;
import java.nio.file.Path;

/** A contender whose store is a database of its own on the server that all contenders share. */
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
