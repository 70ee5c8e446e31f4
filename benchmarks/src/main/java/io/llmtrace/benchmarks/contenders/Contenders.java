package io.llmtrace.benchmarks.contenders;

import io.llmtrace.benchmarks.environment.SqliteFile;

/** The contenders, by the name that a child process receives. */
public enum Contenders {
    REPOSITORY("llmtrace", new RepositoryContender("sqlite:")),
    ONE_TABLE("plain JDBC, one table (a)", new OneTableContender()),
    ORIGINAL("original design (b)", new OriginalContender(SqliteFile::fetchAll)),
    ORIGINAL_AS_SPANS("original design (b), rows made into spans", new OriginalContender(OriginalRows::makeSpans)),
    CLICKHOUSE("llmtrace", new ClickHouseRepositoryContender()),
    READY_MADE("ready-made rows, same table (a)", new ReadyMadeContender()),
    CLICKHOUSE_ORIGINAL("original design (b)", new ClickHouseOriginalContender()),
    SERVED("llmtrace, through its server", ServedContender.onSqlite()),
    CLICKHOUSE_SERVED("llmtrace, through its server", ServedContender.onClickHouse());

    private final String text;
    private final Contender contender;

    Contenders(String text, Contender contender) {
        this.text = text;
        this.contender = contender;
    }

    /** Returns the name of the contender in reports. */
    public String text() {
        return text;
    }

    public Contender contender() {
        return contender;
    }
}
