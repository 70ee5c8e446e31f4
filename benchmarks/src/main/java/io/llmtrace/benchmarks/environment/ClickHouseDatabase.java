package io.llmtrace.benchmarks.environment;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** The database that a ClickHouse contender uses in place of the folder of a task. */
public record ClickHouseDatabase(ClickHouseHttp server, String name) {

    private static final Duration POLL = Duration.ofMillis(200);

    /** Returns the database for the folder, on the server that the environment names. */
    public static ClickHouseDatabase of(Path folder) {
        return of(ClickHouseHttp.ofEnvironment(), folder);
    }

    /** Returns the database for the folder. Its name shows its purpose, and differs between runs on the same server. */
    public static ClickHouseDatabase of(ClickHouseHttp server, Path folder) {
        Path absolute = folder.toAbsolutePath();
        int names = absolute.getNameCount();
        String end = absolute.subpath(Math.max(0, names - 2), names).toString();
        return new ClickHouseDatabase(
                server,
                "bench_" + end.replaceAll("\\W+", "_").toLowerCase(Locale.ROOT) + "_"
                        + Integer.toHexString(absolute.hashCode()));
    }

    /** Returns another database, whose name begins with this one's. */
    public ClickHouseDatabase beside(String what) {
        return new ClickHouseDatabase(server, name + "_" + what);
    }

    public String url() {
        return server.url(name);
    }

    public void create() {
        server.query("default", "create database", "CREATE DATABASE IF NOT EXISTS " + name);
    }

    public void drop() {
        server.query("default", "drop database", "DROP DATABASE IF EXISTS " + name + " SYNC");
    }

    /**
     * Executes several statements.
     *
     * @param statements end with a semicolon at the end of a line
     */
    public void executeAll(String statements) {
        for (String statement : statements.split(";\\n")) {
            if (!statement.isBlank()) {
                execute(statement);
            }
        }
    }

    public void execute(String sql) {
        server.query(name, "benchmark", sql);
    }

    /**
     * Returns the rows of a query.
     *
     * @param sql a query whose values contain neither tabs nor newlines
     */
    public List<List<String>> rows(String statement, String sql) {
        String text = new String(server.query(name, statement, sql), StandardCharsets.UTF_8);
        return text.lines().map(line -> List.of(line.split("\t", -1))).toList();
    }

    public List<List<String>> rows(String sql) {
        return rows("benchmark", sql);
    }

    public double number(String sql) {
        return Double.parseDouble(rows(sql).get(0).get(0));
    }

    /** Returns the size of all active parts. */
    public long bytesOnDisk() {
        return (long)
                number("SELECT sum(bytes_on_disk) FROM system.parts WHERE database = currentDatabase() AND active");
    }

    /** Merges each partition of each table into one part. */
    public void optimizeAll() {
        String tables = """
                SELECT name FROM system.tables
                WHERE database = currentDatabase() AND engine LIKE '%MergeTree'""";
        rows(tables).forEach(row -> execute("OPTIMIZE TABLE " + row.get(0) + " FINAL"));
    }

    /** Waits until the server runs no merges. */
    public void awaitMerges() {
        while (number("SELECT count() FROM system.merges WHERE database = currentDatabase()") > 0) {
            LockSupport.parkNanos(POLL.toNanos());
        }
    }
}
