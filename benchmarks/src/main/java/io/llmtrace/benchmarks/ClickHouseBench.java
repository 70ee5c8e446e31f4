package io.llmtrace.benchmarks;

import java.nio.file.Path;

/**
 * Where the parts of the ClickHouse suite are measured: all on one server.
 *
 * @param folder notes of the tasks; the folders of stores in it stand for databases
 */
record ClickHouseBench(Scale scale, Path folder, Runner runner, ClickHouseHttp server) {

    /** A folder for a task of a contender, empty. */
    Path taskFolder(String what, Contenders contender) {
        return Folders.createEmpty(folder.resolve(what + "-" + contender.name()));
    }

    /** The database of a folder, which an interrupted run may have left. */
    ClickHouseDatabase database(Path storeFolder) {
        return ClickHouseDatabase.of(server, storeFolder);
    }

    int spansOf(Load load) {
        return load == Load.CHAT ? scale.chatSpans() : scale.agentSpans();
    }
}
