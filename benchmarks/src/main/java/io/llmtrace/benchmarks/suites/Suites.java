package io.llmtrace.benchmarks.suites;

import io.llmtrace.benchmarks.tasks.Scale;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The suites, by their name on the command line. */
public enum Suites {
    SQLITE("sqlite", "SQLite", List.of(Part.CHAT, Part.AGENT, Part.READS), Scale.FULL, SqliteSuite::new),
    CLICKHOUSE(
            "clickhouse",
            "ClickHouse",
            List.of(Part.WRITES, Part.BYTES, Part.READS),
            Scale.FULL_CLICKHOUSE,
            ClickHouseSuite::new),
    INGEST("ingest", "Ingest", List.of(Part.SQLITE, Part.CLICKHOUSE), Scale.FULL, IngestSuite::new),
    EXPLORER("explorer", "Trace explorer", List.of(Part.SQLITE, Part.CLICKHOUSE), Scale.FULL, ExplorerSuite::new);

    private final String id;
    private final String title;
    private final List<Part> parts;
    private final Scale full;
    private final Maker maker;

    Suites(String id, String title, List<Part> parts, Scale full, Maker maker) {
        this.id = id;
        this.title = title;
        this.parts = parts;
        this.full = full;
        this.maker = maker;
    }

    private interface Maker {
        Suite make(Scale scale, Set<Part> parts, Path folder, PrintStream progress);
    }

    public static Optional<Suites> ofId(String id) {
        return Stream.of(values()).filter(suite -> suite.id.equals(id)).findFirst();
    }

    public static String ids() {
        return Stream.of(values()).map(Suites::id).collect(Collectors.joining(", "));
    }

    public String id() {
        return id;
    }

    /** Returns the title of the report. */
    public String title() {
        return title;
    }

    public List<Part> parts() {
        return parts;
    }

    public Scale full() {
        return full;
    }

    public Suite make(Scale scale, Set<Part> chosen, Path folder, PrintStream progress) {
        return maker.make(scale, chosen, folder, progress);
    }
}
