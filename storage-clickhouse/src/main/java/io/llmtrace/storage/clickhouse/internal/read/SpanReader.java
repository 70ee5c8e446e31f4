package io.llmtrace.storage.clickhouse.internal.read;

import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Preview;
import io.llmtrace.storage.SpanDigest;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.clickhouse.internal.engine.Condition;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.engine.RowInput;
import io.llmtrace.storage.clickhouse.internal.engine.Sql;
import io.llmtrace.storage.spi.MemoryEstimate;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Reads the spans and traces of one tenant by their ids. Statements return the rows of all versions, since ClickHouse replaces
 * older ones only when it merges; the latest of each span is chosen here.
 */
public final class SpanReader {

    private static final Condition UNFILTERED = Condition.of("TRUE");

    private static final String SUMMARIZED = SpanColumns.SELECT_SUMMARIZED + """
            , is_error, length(finding_types), input_preview, output_preview""";

    private static final String OUTLINE = SpanColumns.SELECT_NARROW + """
            , is_error, error_message, arrayDistinct(finding_types), length(finding_types), length(action_failures),
            countEqual(action_failures, TRUE), input_preview, output_preview""";

    private static final String LAST_DELETES = """
            (
                SELECT trace_id, max(version) AS deleted FROM deleted_traces
                WHERE tenant_id = {tenant:UUID} GROUP BY trace_id
            )""";

    private static final String SPAN_TIMES = """
            SELECT p.trace_id, p.span_id, p.start_time, arrayFilter(version -> version > d.deleted, p.versions)
            FROM span_places AS p LEFT JOIN %s AS d ON d.trace_id = p.trace_id
            WHERE p.tenant_id = {tenant:UUID}""".formatted(LAST_DELETES);

    private final Database database;
    private final UUID tenantId;

    public SpanReader(Database database, UUID tenantId) {
        this.database = database;
        this.tenantId = tenantId;
    }

    /** Reads the selected columns of one row; those of its key were read before. */
    interface Decoder<T> {
        T read(RowInput row, StoredRow.Key key) throws IOException;
    }

    /**
     * The part of each span that a statement reads.
     *
     * @param columns select list over {@code spans}; empty if the key is enough
     * @param decoder reads these columns
     */
    public record Projection<T>(String columns, Decoder<T> decoder) {}

    /** The projection to the key alone. */
    public static final Projection<StoredRow.Key> KEY = new Projection<>("", (row, key) -> key);

    /** Returns the projection to whole spans, with their bodies. */
    public Projection<TraceSpan> wholeSpan() {
        return new Projection<>(SpanColumns.SELECT, this::readSpan);
    }

    /** Returns the projection to outlines, which reads no bodies. */
    public Projection<SpanOutline> outline() {
        return new Projection<>(OUTLINE, this::readOutline);
    }

    /** Returns those of the traces that are stored, by id. */
    public Map<UUID, TraceEvent> traces(Collection<UUID> traceIds) {
        Map<UUID, TraceEvent> traces = new HashMap<>();
        byTrace("traces", wholeSpan(), UNFILTERED, traceIds)
                .forEach((id, trace) -> traces.put(
                        id,
                        TraceEvent.of(
                                id,
                                tenantId,
                                Times.ofNanos(trace.createdNanos()),
                                trace.spans().stream().map(StoredRow::value).toList())));
        return traces;
    }

    /** Returns the keys of all rows of those of the traces that are stored; each row tells whether it passes the filter. */
    public Map<UUID, StoredTrace<StoredRow.Key>> keys(Collection<UUID> traceIds, Condition filter) {
        return byTrace("keys of traces", KEY, filter, traceIds);
    }

    /** Returns the data for summaries of those of the traces that are stored; each row tells whether it passes the filter. */
    public Map<UUID, StoredTrace<SummarizedSpan>> summarized(Collection<UUID> traceIds, Condition filter) {
        return byTrace("summaries of traces", new Projection<>(SUMMARIZED, this::readSummarized), filter, traceIds);
    }

    /** Returns the latest row of each of the spans that are stored; each row tells whether it passes the filter. */
    public <T> Map<SpanIdentity, StoredRow<T>> latestRows(
            Set<SpanIdentity> spans, Projection<T> projection, Condition filter) {
        Map<SpanIdentity, StoredRow<T>> latest = new HashMap<>();
        Set<UUID> ids = spans.stream().map(SpanIdentity::spanId).collect(Collectors.toSet());
        for (StoredRow<T> row : rowsOfSpanIds(ids, projection, filter)) {
            if (spans.contains(row.span())) {
                latest.merge(row.span(), row, StoredRow::latest);
            }
        }
        return latest;
    }

    /** Returns those of the spans that are stored, in the order of the set. */
    public List<TraceSpan> spans(Set<SpanIdentity> identities) {
        Map<SpanIdentity, StoredRow<TraceSpan>> latest = latestRows(identities, wholeSpan(), UNFILTERED);
        return identities.stream()
                .map(latest::get)
                .filter(Objects::nonNull)
                .map(StoredRow::value)
                .toList();
    }

    /** Returns a span, if it is stored. */
    public Optional<TraceSpan> span(SpanIdentity span) {
        Sql sql = select("span", wholeSpan(), UNFILTERED, """
                (start_hour, trace_id) IN (
                    SELECT start_hour, trace_id FROM span_places
                    WHERE tenant_id = {tenant:UUID} AND span_id = {span:UUID} AND trace_id = {trace:UUID}
                ) AND trace_id = {trace:UUID} AND span_id = {span:UUID} AND row_kind != 2""")
                .with("trace", span.traceId())
                .with("span", span.spanId());
        return read(sql, wholeSpan()).stream().reduce(StoredRow::latest).map(StoredRow::value);
    }

    /** Returns the span with this id; if several traces have one, that which started last. */
    public Optional<TraceSpan> span(UUID spanId) {
        Map<UUID, StoredRow<TraceSpan>> byTrace = new HashMap<>();
        rowsOfSpanIds(Set.of(spanId), wholeSpan(), UNFILTERED)
                .forEach(row -> byTrace.merge(row.traceId(), row, StoredRow::latest));
        return byTrace.values().stream()
                .max(Comparator.comparingLong((StoredRow<TraceSpan> row) -> row.startNanos())
                        .thenComparing(StoredRow::traceId, Ids.BYTE_ORDER))
                .map(StoredRow::value);
    }

    /** Returns every time that dated one of these traces since it was last deleted. */
    public Map<UUID, List<TimeVersion>> timesOfTraces(Collection<UUID> traceIds) {
        Map<UUID, List<TimeVersion>> times = new HashMap<>();
        Sql sql = Sql.of("times of traces", """
                        SELECT p.trace_id, p.time, arrayFilter(version -> version > d.deleted, p.versions)
                        FROM trace_places AS p LEFT JOIN %s AS d ON d.trace_id = p.trace_id
                        WHERE p.tenant_id = {tenant:UUID} AND p.trace_id IN {ids:Array(UUID)} AND p.dates""".formatted(LAST_DELETES)).with("tenant", tenantId);
        for (List<UUID> ids : Sql.chunks(traceIds)) {
            database.lookUp(sql.withIds("ids", ids), row -> {
                readTimes(row, times.computeIfAbsent(row.readUuid(), id -> new ArrayList<>()));
                return row;
            });
        }
        return times;
    }

    /**
     * Returns every start that a span with one of these ids has had since its trace was last deleted. An id may occur in several
     * traces: the result has a key for each of them.
     */
    public Map<SpanIdentity, List<TimeVersion>> timesOfSpans(Collection<UUID> spanIds) {
        Sql sql = Sql.of("times of spans", SPAN_TIMES + " AND p.span_id IN {ids:Array(UUID)}");
        Map<SpanIdentity, List<TimeVersion>> times = new HashMap<>();
        Sql.chunks(spanIds).forEach(ids -> times.putAll(timesOfSpans(sql.withIds("ids", ids))));
        return times;
    }

    /** Returns the spans that existed at a snapshot and have been given another start since. */
    public Set<SpanIdentity> spansWithChangedStart(long snapshot) {
        Sql any = Sql.of("look for spans written since", """
                        SELECT count() FROM (
                            SELECT 1 FROM span_places
                            WHERE tenant_id = {tenant:UUID} AND arrayMax(versions) > {snapshot:UInt64} LIMIT 1)""")
                .with("tenant", tenantId)
                .with("snapshot", snapshot);
        if (database.number(any) == 0) {
            return Set.of();
        }
        Sql changed = Sql.of("spans with changed start", """
                        SELECT trace, span FROM (
                            SELECT p.trace_id AS trace, p.span_id AS span, p.start_time AS start,
                                arrayFilter(version -> version > d.deleted, p.versions) AS written
                            FROM span_places AS p LEFT JOIN %s AS d ON d.trace_id = p.trace_id
                            WHERE p.tenant_id = {tenant:UUID} AND (p.span_id, p.trace_id) IN (
                                SELECT span_id, trace_id FROM span_places
                                WHERE tenant_id = {tenant:UUID} AND arrayMax(versions) > {snapshot:UInt64}))
                        WHERE notEmpty(written)
                        GROUP BY trace, span
                        HAVING uniqExact(start) > 1 AND min(arrayMin(written)) <= {snapshot:UInt64}""".formatted(LAST_DELETES))
                .with("tenant", tenantId)
                .with("snapshot", snapshot);
        return Set.copyOf(database.lookUp(changed, row -> new SpanIdentity(row.readUuid(), row.readUuid())));
    }

    private Map<SpanIdentity, List<TimeVersion>> timesOfSpans(Sql sql) {
        Map<SpanIdentity, List<TimeVersion>> times = new HashMap<>();
        database.lookUp(sql.with("tenant", tenantId), row -> {
            SpanIdentity span = new SpanIdentity(row.readUuid(), row.readUuid());
            readTimes(row, times.computeIfAbsent(span, id -> new ArrayList<>()));
            return row;
        });
        return times;
    }

    private static void readTimes(RowInput row, List<TimeVersion> times) throws IOException {
        long time = row.readLong();
        for (int versions = row.readCount(); versions > 0; versions--) {
            times.add(new TimeVersion(time, row.readLong()));
        }
    }

    /**
     * Returns SQL that restricts a row of {@code spans} to the hours and traces in which certain traces have rows, so that the
     * server finds it by the table's key.
     *
     * @param traces condition on {@code trace_id}
     */
    public static String atLocationsOfTraces(String traces) {
        return """
                (start_hour, trace_id) IN (
                    SELECT start_hour, trace_id FROM trace_places WHERE tenant_id = {tenant:UUID} AND %s)""".formatted(traces);
    }

    /** Returns all rows of spans with these ids, in whatever trace. */
    private <T> List<StoredRow<T>> rowsOfSpanIds(Collection<UUID> spanIds, Projection<T> projection, Condition filter) {
        Sql sql = select("spans", projection, filter, """
                (start_hour, trace_id) IN (
                    SELECT start_hour, trace_id FROM span_places WHERE tenant_id = {tenant:UUID} AND span_id IN {ids:Array(UUID)}
                ) AND span_id IN {ids:Array(UUID)} AND row_kind != 2""");
        List<StoredRow<T>> rows = new ArrayList<>();
        for (List<UUID> ids : Sql.chunks(spanIds)) {
            rows.addAll(read(sql.withIds("ids", ids), projection));
        }
        return rows;
    }

    private <T> Map<UUID, StoredTrace<T>> byTrace(
            String name, Projection<T> projection, Condition filter, Collection<UUID> traceIds) {
        Sql sql = select(
                name,
                projection,
                filter,
                atLocationsOfTraces("trace_id IN {ids:Array(UUID)}") + " AND trace_id IN {ids:Array(UUID)}");
        Map<UUID, List<StoredRow<T>>> rows = new LinkedHashMap<>();
        for (List<UUID> ids : Sql.chunks(traceIds)) {
            for (StoredRow<T> row : read(sql.withIds("ids", ids), projection)) {
                rows.computeIfAbsent(row.traceId(), id -> new ArrayList<>()).add(row);
            }
        }
        Map<UUID, StoredTrace<T>> traces = new HashMap<>();
        rows.forEach((id, all) -> traces.put(id, new StoredTrace<>(all)));
        return traces;
    }

    /** @param where condition on key columns only: PREWHERE finds the few rows before the server opens any other column */
    private Sql select(String name, Projection<?> projection, Condition filter, String where) {
        return Sql.of(
                        name,
                        "SELECT " + StoredRow.KEY_COLUMNS + ", coalesce(" + filter.sql() + ", FALSE)"
                                + (projection.columns.isEmpty() ? "" : ", " + projection.columns)
                                + " FROM spans PREWHERE tenant_id = {tenant:UUID} AND " + where)
                .with(filter)
                .with("tenant", tenantId);
    }

    private <T> List<StoredRow<T>> read(Sql sql, Projection<T> projection) {
        Database.RowMapper<StoredRow<T>> mapper = row -> {
            StoredRow.Key key = StoredRow.Key.read(row);
            return new StoredRow<>(key, row.readBool(), projection.decoder.read(row, key));
        };
        return projection.columns.isEmpty() ? database.lookUp(sql, mapper) : database.read(sql, mapper);
    }

    private TraceSpan readSpan(RowInput row, StoredRow.Key key) throws IOException {
        TraceSpan.Builder span = builder(key);
        SpanColumns.readInto(row, span);
        TraceSpan whole = span.build();
        row.rowTakes(MemoryEstimate.ofSpan(whole));
        return whole;
    }

    private SpanOutline readOutline(RowInput row, StoredRow.Key key) throws IOException {
        TraceSpan.Builder span = builder(key);
        SpanColumns.readNarrowInto(row, span);
        SpanDigest digest = SpanDigest.builder(readStatus(row))
                .errorMessage(Preview.ofResponse(row.readNullableText()))
                .findingTypes(readSorted(row))
                .findingCount(row.readLong())
                .actionCount(row.readLong())
                .failedActionCount(row.readLong())
                .inputPreview(row.readNullableText())
                .outputPreview(row.readNullableText())
                .build();
        return SpanOutline.of(span.build(), digest);
    }

    private static SpanStatus readStatus(RowInput row) throws IOException {
        return row.readBool() ? SpanStatus.ERROR : SpanStatus.OK;
    }

    /** Reads texts and sorts them here: the server would sort by UTF-8 bytes, Java sorts by UTF-16. */
    private static List<String> readSorted(RowInput row) throws IOException {
        List<String> texts = new ArrayList<>();
        for (int count = row.readCount(); count > 0; count--) {
            texts.add(row.readText());
        }
        return texts.stream().sorted().toList();
    }

    private TraceSpan.Builder builder(StoredRow.Key key) {
        return TraceSpan.builder(
                tenantId, key.span().traceId(), key.span().spanId(), "", Times.ofNanos(key.startNanos()));
    }

    private SummarizedSpan readSummarized(RowInput row, StoredRow.Key key) throws IOException {
        TraceSpan.Builder span = builder(key);
        SpanColumns.readSummarizedInto(row, span);
        SpanDigest digest = SpanDigest.builder(readStatus(row))
                .findingCount(row.readLong())
                .inputPreview(row.readNullableText())
                .outputPreview(row.readNullableText())
                .build();
        return new SummarizedSpan(span.build(), digest);
    }
}
