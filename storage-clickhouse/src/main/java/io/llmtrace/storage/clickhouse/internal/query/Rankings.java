package io.llmtrace.storage.clickhouse.internal.query;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.clickhouse.internal.engine.Condition;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.RowInput;
import io.llmtrace.storage.clickhouse.internal.engine.Sql;
import io.llmtrace.storage.clickhouse.internal.read.SpanReader;
import io.llmtrace.storage.clickhouse.internal.read.StoredRow;
import io.llmtrace.storage.clickhouse.internal.read.StoredTrace;
import io.llmtrace.storage.clickhouse.internal.read.SummarizedSpan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Spans and traces ordered by duration, cost or tokens. The ids of a page are found with narrow columns alone; then the spans or
 * traces themselves are read by their ids.
 */
public final class Rankings {

    private static final String START = "toUnixTimestamp64Nano(start_time)";
    private static final String NULL_TIME = "CAST(NULL, 'Nullable(Int64)')";
    private static final String NULL_USAGE = "CAST(NULL, 'Nullable(UInt64)')";

    private final Database database;
    private final TraceQuery query;
    private final Condition filter;
    private final LatestVersionView view;
    private final SpanReader reader;

    public Rankings(Database database, RewrittenSpans rewrittenSpans, TraceQuery query) {
        this.database = database;
        this.query = query;
        this.view = new LatestVersionView(rewrittenSpans, query.tenantId());
        this.filter = SpanFilter.of(database, query, () -> view, rewrittenSpans.outdatedAttributes());
        this.reader = new SpanReader(database, query.tenantId());
    }

    /** Returns spans, those with the highest metric first, those without one last. */
    public Slice<SpanOutline> spans(Ranking by) {
        Slice<SpanIdentity> page = Slice.of(rankedSpans(by), query.offset(), query.limit());
        Map<SpanIdentity, StoredRow<SpanOutline>> latest =
                reader.latestRows(Set.copyOf(page.items()), reader.outline(), filter);
        List<SpanOutline> spans = new ArrayList<>();
        for (SpanIdentity span : page.items()) {
            StoredRow<SpanOutline> row = latest.get(span);
            if (row != null && row.passes()) { // a span may be rewritten or deleted between the two reads
                spans.add(row.value());
            }
        }
        return new Slice<>(spans, page.nextOffset());
    }

    /** Returns traces with a span that passes the filters, those with the highest metric first, those without one last. */
    public Slice<TraceSummary> traces(Ranking by) {
        Slice<UUID> page = Slice.of(rankedTraces(by), query.offset(), query.limit());
        Map<UUID, StoredTrace<SummarizedSpan>> traces = reader.summarized(page.items(), filter);
        List<TraceSummary> summaries = new ArrayList<>();
        for (UUID id : page.items()) {
            StoredTrace<SummarizedSpan> trace = traces.get(id);
            if (trace != null) { // a trace may be deleted between the two reads
                summaries.add(SummarizedSpan.summaryOf(id, query.tenantId(), trace));
            }
        }
        return new Slice<>(summaries, page.nextOffset());
    }

    private List<SpanIdentity> rankedSpans(Ranking by) {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("metric", by == Ranking.DURATION ? "duration_ms" : usage(by));
        columns.put("start", START);
        columns.put("trace", "trace_id");
        columns.put("span", "span_id");
        LatestVersionView.Table table = view.table(columns, filter);
        return database.lookUp(
                Sql.of(
                                "ranked spans",
                                "SELECT trace, span FROM " + table.sql()
                                        + " ORDER BY metric DESC NULLS LAST, start DESC, toUInt128(trace) DESC,"
                                        + " toUInt128(span) DESC" + page())
                        .with(table.parameters()),
                row -> new SpanIdentity(row.readUuid(), row.readUuid()));
    }

    /**
     * Returns the ids of the page and one more if there is one. The metric of a trace comes from the latest rows of its spans; its
     * {@code created_at}, which orders traces of equal metric, comes from all of its rows.
     */
    private List<UUID> rankedTraces(Ranking by) {
        Condition candidates = candidates();
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("trace", "trace_id");
        columns.put("passes", "coalesce(" + filter.sql() + ", FALSE)");
        columns.put("created", NULL_TIME);
        columns.put("start", "toNullable(" + START + ")");
        columns.put("end", "toNullable(ifNull(toUnixTimestamp64Nano(end_time), " + START + "))");
        columns.put("of_call", "if(" + MeasureColumns.REPEATS_USAGE + ", NULL, " + usage(by) + ")");
        columns.put("of_parent", "if(" + MeasureColumns.REPEATS_USAGE + ", " + usage(by) + ", NULL)");
        LatestVersionView.Table table = view.table(
                columns,
                Condition.of("tenant_id = {tenant:UUID}", "tenant", query.tenantId())
                        .and(Condition.of("row_kind != 2"))
                        .and(candidates));
        String metric = switch (by) {
            case DURATION -> "intDiv(toUInt64(max(end) - min(start)), 1000000)";
            case COST, TOKENS ->
                "if(count(of_call) > 0, " + MeasureColumns.sum("of_call") + ", "
                        + MeasureColumns.clamped("max(of_parent)") + ")";
        };
        Sql sql = Sql.of(
                        "ranked traces",
                        "SELECT trace FROM (SELECT * FROM " + table.sql() + " UNION ALL SELECT trace_id, "
                                + (query.filtersSpans() ? "FALSE" : "TRUE") + ", if(row_kind = 1, NULL, " + START
                                + "), "
                                + NULL_TIME + ", " + NULL_TIME + ", " + NULL_USAGE + ", " + NULL_USAGE
                                + " FROM spans WHERE tenant_id = {tenant:UUID} AND " + candidates.sql()
                                + ") GROUP BY trace HAVING max(passes) ORDER BY " + metric
                                + " DESC NULLS LAST, min(created) DESC, toUInt128(trace) DESC" + page())
                .with(table.parameters())
                .with(filter);
        return database.lookUp(sql, RowInput::readUuid);
    }

    /**
     * Returns a condition on rows of traces that have a row, of any version, that passes the filter. The locations of these
     * traces are known, so that not every row of the tenant is read.
     */
    private Condition candidates() {
        if (query.traceId() != null) {
            return Condition.of("trace_id = {trace_id:UUID}", "trace_id", query.traceId());
        }
        if (!query.filtersSpans()) {
            return Condition.of("TRUE");
        }
        String matching = "trace_id IN (SELECT trace_id FROM spans WHERE " + filter.sql() + ")";
        return new Condition(SpanReader.atLocationsOfTraces(matching), filter.parameters());
    }

    private static String usage(Ranking by) {
        return by == Ranking.COST ? MeasureColumns.COST_NANOS : "total_tokens";
    }

    private String page() {
        return " LIMIT " + (query.limit() + 1) + " OFFSET " + query.offset();
    }
}
