package io.llmtrace.benchmarks.suites;

import io.llmtrace.benchmarks.contenders.Contenders;
import io.llmtrace.benchmarks.environment.ClickHouseDatabase;
import io.llmtrace.benchmarks.environment.ClickHouseHttp;
import io.llmtrace.benchmarks.environment.Folders;
import io.llmtrace.benchmarks.load.Load;
import io.llmtrace.benchmarks.tasks.Scale;
import java.nio.file.Path;

/**
 * The server, folder and runner that the parts of the ClickHouse suite share.
 *
 * @param folder holds the notes of tasks; each folder of a store in it stands for a database
 */
record ClickHouseBench(Scale scale, Path folder, Runner runner, ClickHouseHttp server) {

    /** Creates an empty folder for a task of a contender. */
    Path taskFolder(String what, Contenders contender) {
        return Folders.createEmpty(folder.resolve(what + "-" + contender.name()));
    }

    /** Returns the database of a folder, which may still exist from an interrupted run. */
    ClickHouseDatabase database(Path storeFolder) {
        return ClickHouseDatabase.of(server, storeFolder);
    }

    int spansOf(Load load) {
        return load == Load.CHAT ? scale.chatSpans() : scale.agentSpans();
    }
}
