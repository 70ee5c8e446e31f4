package io.llmtrace.storage.clickhouse;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Preview;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceSummary.SpanFacts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Reads rows of {@code spans} of one tenant by their ids: of all versions, since the last of them must be found. */
final class RowReader {

    private static final String FACTS = """
            parent_span_id, operation_name, kind, end_time, provider, model_name, service_name, session_id, user_id, is_error,
            prompt_tokens, completion_tokens, total_tokens, estimated_cost_usd, security_score,
            toInt32(length(finding_types)), input_preview, output_preview""";

    private static final String OUTLINE = SpanColumns.SELECT_NARROW + """
            , is_error, error_message, arrayDistinct(finding_types), length(action_failures),
            countEqual(action_failures, TRUE), input_preview, output_preview""";

    private static final String DELETED = """
            (
                SELECT trace_id, max(version) AS deleted FROM deleted_traces
                WHERE tenant_id = {tenant:UUID} GROUP BY trace_id
            )""";

    private static final String SPAN_PLACES = """
            SELECT p.trace_id, p.span_id, p.start_time, arrayFilter(version -> version > d.deleted, p.versions)
            FROM span_places AS p LEFT JOIN %s AS d ON d.trace_id = p.trace_id
            WHERE p.tenant_id = {tenant:UUID}""".formatted(DELETED);

    private final Database database;
    private final UUID tenantId;

    RowReader(Database database, UUID tenantId) {
        this.database = database;
        this.tenantId = tenantId;
    }

    /** @param passes the filter that was asked for */
    record Filtered<T>(boolean passes, T content) {}

    /** What is read of a row behind its key. */
    interface Content<T> {
        T read(RowInput row, StoredRow.Key key) throws IOException;
    }

    /** What is to be read of spans: columns, and how. */
    record Part<T>(String columns, Content<T> content) {}

    Part<TraceSpan> whole() {
        return new Part<>(SpanColumns.SELECT, this::readSpan);
    }

    Part<SpanOutline> outline() {
        return new Part<>(OUTLINE, this::readOutline);
    }

    Map<UUID, StoredTrace<TraceSpan>> traces(Collection<UUID> traceIds) {
        return byTrace(select("traces", SpanColumns.SELECT, ofTraces()), traceIds, this::readSpan);
    }

    /** With each row goes whether it passes the filter. */
    Map<UUID, StoredTrace<Filtered<SpanFacts>>> facts(Collection<UUID> traceIds, Condition filter) {
        return byTrace(
                select("facts of traces", passes(filter) + FACTS, ofTraces()).with(filter),
                traceIds,
                (row, key) -> new Filtered<>(row.readBool(), readFacts(row, key)));
    }

    /** All rows of these spans, and perhaps of others of the same id; with each goes whether it passes the filter. */
    <T> List<StoredRow<Filtered<T>>> spans(Collection<UUID> spanIds, Part<T> part, Condition filter) {
        Sql sql = select("spans", passes(filter) + part.columns, """
                (start_hour, trace_id) IN (
                    SELECT start_hour, trace_id FROM span_places WHERE tenant_id = {tenant:UUID} AND span_id IN {ids:Array(UUID)}
                ) AND span_id IN {ids:Array(UUID)} AND row_kind != 2""");
        List<StoredRow<Filtered<T>>> rows = new ArrayList<>();
        for (List<UUID> ids : Sql.parts(spanIds)) {
            rows.addAll(rows(
                    sql.with(filter).withIds("ids", ids),
                    (row, key) -> new Filtered<>(row.readBool(), part.content.read(row, key))));
        }
        return rows;
    }

    /** The last row of each of these spans that is there. */
    <T> Map<SpanIdentity, StoredRow<Filtered<T>>> lastOf(Set<SpanIdentity> spans, Part<T> part, Condition filter) {
        Map<SpanIdentity, StoredRow<Filtered<T>>> last = new HashMap<>();
        Set<UUID> ids = spans.stream().map(SpanIdentity::spanId).collect(Collectors.toSet());
        for (StoredRow<Filtered<T>> row : spans(ids, part, filter)) {
            SpanIdentity span = new SpanIdentity(row.traceId(), row.spanId());
            if (spans.contains(span)) {
                last.merge(span, row, StoredTrace::later);
            }
        }
        return last;
    }

    List<StoredRow<TraceSpan>> span(UUID traceId, UUID spanId) {
        Sql sql = select("span", SpanColumns.SELECT, """
                (start_hour, trace_id) IN (
                    SELECT start_hour, trace_id FROM span_places
                    WHERE tenant_id = {tenant:UUID} AND span_id = {span:UUID} AND trace_id = {trace:UUID}
                ) AND trace_id = {trace:UUID} AND span_id = {span:UUID} AND row_kind != 2""");
        return rows(sql.with("trace", traceId).with("span", spanId), this::readSpan);
    }

    /** Every time that these traces were given as the start of their first span or as their own, since they were deleted last. */
    Map<UUID, List<GivenTime>> placesOfTraces(Collection<UUID> traceIds) {
        Map<UUID, List<GivenTime>> places = new HashMap<>();
        Sql sql = Sql.of("places of traces", """
                        SELECT p.trace_id, p.time, arrayFilter(version -> version > d.deleted, p.versions)
                        FROM trace_places AS p LEFT JOIN %s AS d ON d.trace_id = p.trace_id
                        WHERE p.tenant_id = {tenant:UUID} AND p.trace_id IN {ids:Array(UUID)} AND p.dates""".formatted(DELETED)).with("tenant", tenantId);
        for (List<UUID> ids : Sql.parts(traceIds)) {
            database.read(sql.withIds("ids", ids), row -> {
                readTimes(row, places.computeIfAbsent(row.readUuid(), id -> new ArrayList<>()));
                return row;
            });
        }
        return places;
    }

    /** Every time that these spans, and perhaps others of the same id, were given since their trace was deleted last. */
    Map<SpanIdentity, List<GivenTime>> placesOfSpans(Collection<UUID> spanIds) {
        Sql sql = Sql.of("places of spans", SPAN_PLACES + " AND p.span_id IN {ids:Array(UUID)}");
        Map<SpanIdentity, List<GivenTime>> places = new HashMap<>();
        Sql.parts(spanIds).forEach(ids -> places.putAll(spanPlaces(sql.withIds("ids", ids))));
        return places;
    }

    /** As {@link #placesOfSpans}, of all that were written after a snapshot. */
    Map<SpanIdentity, List<GivenTime>> placesOfSpansWrittenAfter(long snapshot) {
        Sql any = Sql.of("look for spans written since", """
                        SELECT count() FROM (
                            SELECT 1 FROM span_places
                            WHERE tenant_id = {tenant:UUID} AND arrayMax(versions) > {snapshot:UInt64} LIMIT 1)""")
                .with("tenant", tenantId)
                .with("snapshot", snapshot);
        if (database.number(any) == 0) {
            return Map.of();
        }
        return spanPlaces(
                Sql.of("places of spans written since", SPAN_PLACES + """
                                 AND (p.span_id, p.trace_id) IN (
                                    SELECT span_id, trace_id FROM span_places
                                    WHERE tenant_id = {tenant:UUID} AND arrayMax(versions) > {snapshot:UInt64})""").with("snapshot", snapshot));
    }

    private Map<SpanIdentity, List<GivenTime>> spanPlaces(Sql sql) {
        Map<SpanIdentity, List<GivenTime>> places = new HashMap<>();
        database.read(sql.with("tenant", tenantId), row -> {
            SpanIdentity span = new SpanIdentity(row.readUuid(), row.readUuid());
            readTimes(row, places.computeIfAbsent(span, id -> new ArrayList<>()));
            return row;
        });
        return places;
    }

    private static void readTimes(RowInput row, List<GivenTime> times) throws IOException {
        long time = row.readLong();
        for (int versions = row.readCount(); versions > 0; versions--) {
            times.add(new GivenTime(time, row.readLong()));
        }
    }

    private static String ofTraces() {
        return placesOf("trace_id IN {ids:Array(UUID)}") + " AND trace_id IN {ids:Array(UUID)}";
    }

    /**
     * That a row of {@code spans} lies where traces have rows: the table's key finds it then.
     *
     * @param traces a condition on {@code trace_id}
     */
    static String placesOf(String traces) {
        return """
                (start_hour, trace_id) IN (
                    SELECT start_hour, trace_id FROM trace_places WHERE tenant_id = {tenant:UUID} AND %s)""".formatted(traces);
    }

    private static String passes(Condition filter) {
        return "coalesce(" + filter.sql() + ", FALSE), ";
    }

    private <T> Map<UUID, StoredTrace<T>> byTrace(Sql sql, Collection<UUID> traceIds, Content<T> content) {
        Map<UUID, List<StoredRow<T>>> rows = new LinkedHashMap<>();
        for (List<UUID> ids : Sql.parts(traceIds)) {
            for (StoredRow<T> row : rows(sql.withIds("ids", ids), content)) {
                rows.computeIfAbsent(row.traceId(), id -> new ArrayList<>()).add(row);
            }
        }
        Map<UUID, StoredTrace<T>> traces = new HashMap<>();
        rows.forEach((id, all) -> traces.put(id, new StoredTrace<>(all)));
        return traces;
    }

    /** @param where on columns of the key alone: their few rows are found before any other column is opened */
    private Sql select(String name, String columns, String where) {
        return Sql.of(
                        name,
                        "SELECT " + StoredRow.COLUMNS + ", " + columns
                                + " FROM spans PREWHERE tenant_id = {tenant:UUID} AND " + where)
                .with("tenant", tenantId);
    }

    private <T> List<StoredRow<T>> rows(Sql sql, Content<T> content) {
        return database.read(sql, row -> {
            StoredRow.Key key = StoredRow.Key.read(row);
            return key.with(content.read(row, key));
        });
    }

    private TraceSpan readSpan(RowInput row, StoredRow.Key key) throws IOException {
        TraceSpan.Builder span = builder(key);
        SpanColumns.readInto(row, span);
        return span.build();
    }

    private SpanOutline readOutline(RowInput row, StoredRow.Key key) throws IOException {
        TraceSpan.Builder span = builder(key);
        SpanColumns.readNarrowInto(row, span);
        return SpanOutline.of(
                span.build(),
                new SpanOutline.Content(
                        row.readBool() ? SpanStatus.ERROR : SpanStatus.OK,
                        Preview.ofResponse(row.readNullableText()),
                        readSorted(row),
                        row.readLong(),
                        row.readLong(),
                        row.readNullableText(),
                        row.readNullableText()));
    }

    /** Not by the server: it goes by UTF-8. */
    private static List<String> readSorted(RowInput row) throws IOException {
        List<String> texts = new ArrayList<>();
        for (int count = row.readCount(); count > 0; count--) {
            texts.add(row.readText());
        }
        return texts.stream().sorted().toList();
    }

    private TraceSpan.Builder builder(StoredRow.Key key) {
        return TraceSpan.builder(tenantId, key.traceId(), key.spanId(), "", Times.ofNanos(key.startNanos()));
    }

    private static SpanFacts readFacts(RowInput row, StoredRow.Key key) throws IOException {
        return new SpanFacts(
                key.spanId(),
                row.readNullableUuid(),
                row.readText(),
                SpanKind.ofText(row.readText()),
                Times.ofNanos(key.startNanos()),
                row.readNullableTime(),
                row.readNullableText(),
                row.readNullableText(),
                row.readNullableText(),
                row.readNullableText(),
                row.readNullableText(),
                row.readBool(),
                row.readNullableLong(),
                row.readNullableLong(),
                row.readNullableLong(),
                row.readNullableDouble(),
                row.readPresence() ? Integer.valueOf(row.readByte()) : null,
                row.readInt(),
                row.readNullableText(),
                row.readNullableText());
    }
}
