package io.llmtrace.storage.clickhouse;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.Times;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.TraceSummary.SpanFacts;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.clickhouse.RowReader.Filtered;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Spans and traces by a figure of theirs: first their ids in the right order, by narrow columns alone, then themselves. */
final class Rankings {

    private static final String START = "toUnixTimestamp64Nano(start_time)";
    private static final String NO_TIME = "CAST(NULL, 'Nullable(Int64)')";
    private static final String NO_FIGURE = "CAST(NULL, 'Nullable(UInt64)')";

    private final Database database;
    private final TraceQuery query;
    private final Condition filter;
    private final CurrentRows rows;
    private final RowReader reader;

    Rankings(Database database, WrittenAgain writtenAgain, TraceQuery query) {
        this.database = database;
        this.query = query;
        this.filter = SpanFilter.of(query);
        this.rows = new CurrentRows(writtenAgain, query.tenantId());
        this.reader = new RowReader(database, query.tenantId());
    }

    Slice<SpanOutline> spans(Ranking by) {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("figure", figure(by));
        columns.put("start", START);
        columns.put("trace", "trace_id");
        columns.put("span", "span_id");
        CurrentRows.Table table = rows.table(columns, filter);
        List<SpanIdentity> found = database.read(
                Sql.of(
                                "ranked spans",
                                "SELECT trace, span FROM " + table.sql()
                                        + " ORDER BY figure DESC NULLS LAST, start DESC, toUInt128(trace) DESC,"
                                        + " toUInt128(span) DESC" + page())
                        .with(table),
                row -> new SpanIdentity(row.readUuid(), row.readUuid()));
        Slice<SpanIdentity> page = Slice.of(found, query.offset(), query.limit());
        Map<SpanIdentity, StoredRow<Filtered<SpanOutline>>> last =
                reader.lastOf(Set.copyOf(page.items()), reader.outline(), filter);
        List<SpanOutline> spans = new ArrayList<>();
        for (SpanIdentity id : page.items()) {
            StoredRow<Filtered<SpanOutline>> row = last.get(id);
            if (row != null && row.content().passes()) { // or it was written again, or deleted, between the two reads
                spans.add(row.content().content());
            }
        }
        return new Slice<>(spans, page.nextOffset());
    }

    Slice<TraceSummary> traces(Ranking by) {
        List<UUID> found = rankedTraceIds(by);
        Slice<UUID> page = Slice.of(found, query.offset(), query.limit());
        Map<UUID, StoredTrace<Filtered<SpanFacts>>> traces = reader.facts(page.items(), filter);
        List<TraceSummary> summaries = new ArrayList<>();
        for (UUID id : page.items()) {
            StoredTrace<Filtered<SpanFacts>> trace = traces.get(id);
            if (trace != null) { // or it was deleted between the two reads
                TraceSummary.Accumulator summary =
                        new TraceSummary.Accumulator(id, query.tenantId(), Times.ofNanos(trace.createdNanos()));
                trace.spans().forEach(row -> summary.add(row.content().content()));
                summaries.add(summary.summary());
            }
        }
        return new Slice<>(summaries, page.nextOffset());
    }

    /**
     * Each trace gets its figure from the rows of its spans that count, and its place among equals from all of its rows.
     */
    private List<UUID> rankedTraceIds(Ranking by) {
        Condition ofTraces = ofTraces();
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("trace", "trace_id");
        columns.put("passes", "coalesce(" + filter.sql() + ", FALSE)");
        columns.put("given", NO_TIME);
        columns.put("start", "toNullable(" + START + ")");
        columns.put("end", "toNullable(ifNull(toUnixTimestamp64Nano(end_time), " + START + "))");
        columns.put("of_call", "if(" + MeasureColumns.REPEATS_USAGE + ", NULL, " + usage(by) + ")");
        columns.put("of_parent", "if(" + MeasureColumns.REPEATS_USAGE + ", " + usage(by) + ", NULL)");
        CurrentRows.Table table = rows.table(
                columns,
                Condition.of("tenant_id = {tenant:UUID}", "tenant", query.tenantId())
                        .and(Condition.of("row_kind != 2"))
                        .and(ofTraces));
        String figure = switch (by) {
            case DURATION -> "intDiv(toUInt64(max(end) - min(start)), 1000000)";
            case COST, TOKENS ->
                "if(count(of_call) > 0, " + MeasureColumns.sum("of_call") + ", "
                        + MeasureColumns.figure("max(of_parent)") + ")";
        };
        Sql sql = Sql.of(
                        "ranked traces",
                        "SELECT trace FROM (SELECT * FROM " + table.sql() + " UNION ALL SELECT trace_id, "
                                + (query.filtersSpans() ? "FALSE" : "TRUE") + ", if(row_kind = 1, NULL, " + START
                                + "), "
                                + NO_TIME + ", " + NO_TIME + ", " + NO_FIGURE + ", " + NO_FIGURE
                                + " FROM spans WHERE tenant_id = {tenant:UUID} AND " + ofTraces.sql()
                                + ") GROUP BY trace HAVING max(passes) ORDER BY " + figure
                                + " DESC NULLS LAST, min(given) DESC, toUInt128(trace) DESC" + page())
                .with(table)
                .with(filter);
        return database.read(sql, RowInput::readUuid);
    }

    /** Those of which a row passes the filter, of whatever version: where they are is known, so not all has to be read. */
    private Condition ofTraces() {
        if (query.traceId() != null) {
            return Condition.of("trace_id = {trace_id:UUID}", "trace_id", query.traceId());
        }
        if (!query.filtersSpans()) {
            return Condition.of("TRUE");
        }
        String matching = "trace_id IN (SELECT trace_id FROM spans WHERE " + filter.sql() + ")";
        return new Condition(RowReader.placesOf(matching), filter.parameters());
    }

    private static String figure(Ranking by) {
        return by == Ranking.DURATION ? "duration_ms" : usage(by);
    }

    private static String usage(Ranking by) {
        return by == Ranking.COST ? MeasureColumns.COST_NANOS : "total_tokens";
    }

    private String page() {
        return " LIMIT " + (query.limit() + 1) + " OFFSET " + query.offset();
    }
}
