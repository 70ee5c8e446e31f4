package io.llmtrace.benchmarks;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** The database that stands for the folder of a task. */
record ClickHouseDatabase(ClickHouseHttp server, String name) {

    private static final Duration POLL = Duration.ofMillis(200);

    /** On the server that this process was told of. */
    static ClickHouseDatabase of(Path folder) {
        return of(ClickHouseHttp.ofEnvironment(), folder);
    }

    /** Its name says what it is for, and is another one where another run uses the same server. */
    static ClickHouseDatabase of(ClickHouseHttp server, Path folder) {
        Path absolute = folder.toAbsolutePath();
        int names = absolute.getNameCount();
        String end = absolute.subpath(Math.max(0, names - 2), names).toString();
        return new ClickHouseDatabase(
                server,
                "bench_" + end.replaceAll("\\W+", "_").toLowerCase(Locale.ROOT) + "_"
                        + Integer.toHexString(absolute.hashCode()));
    }

    /** Another one beside it. */
    ClickHouseDatabase beside(String what) {
        return new ClickHouseDatabase(server, name + "_" + what);
    }

    String url() {
        return server.url(name);
    }

    void create() {
        server.query("default", "create database", "CREATE DATABASE IF NOT EXISTS " + name);
    }

    void drop() {
        server.query("default", "drop database", "DROP DATABASE IF EXISTS " + name + " SYNC");
    }

    /** @param statements each ends with a semicolon at the end of a line */
    void executeAll(String statements) {
        for (String statement : statements.split(";\\n")) {
            if (!statement.isBlank()) {
                execute(statement);
            }
        }
    }

    void execute(String sql) {
        server.query(name, "benchmark", sql);
    }

    /** @param sql gives rows whose values hold neither tabs nor newlines */
    List<List<String>> rows(String statement, String sql) {
        String text = new String(server.query(name, statement, sql), StandardCharsets.UTF_8);
        return text.lines().map(line -> List.of(line.split("\t", -1))).toList();
    }

    List<List<String>> rows(String sql) {
        return rows("benchmark", sql);
    }

    double number(String sql) {
        return Double.parseDouble(rows(sql).get(0).get(0));
    }

    /** Of all that is not replaced by a merge. */
    long bytesOnDisk() {
        return (long)
                number("SELECT sum(bytes_on_disk) FROM system.parts WHERE database = currentDatabase() AND active");
    }

    /** Merges each partition of each table into one part. */
    void optimizeAll() {
        String tables = """
                SELECT name FROM system.tables
                WHERE database = currentDatabase() AND engine LIKE '%MergeTree'""";
        rows(tables).forEach(row -> execute("OPTIMIZE TABLE " + row.get(0) + " FINAL"));
    }

    /** Until the server has merged all that it wants to. */
    void awaitMerges() {
        while (number("SELECT count() FROM system.merges WHERE database = currentDatabase()") > 0) {
            LockSupport.parkNanos(POLL.toNanos());
        }
    }
}
