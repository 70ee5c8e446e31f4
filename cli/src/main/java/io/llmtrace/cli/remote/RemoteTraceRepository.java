package io.llmtrace.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.cli.ndjson.NdjsonReader;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.server.DerivedSpanFields;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.ExpiredTraces;
import io.llmtrace.storage.GlobalStats;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.NotSupportedException;
import io.llmtrace.storage.Page;
import io.llmtrace.storage.RetentionBasis;
import io.llmtrace.storage.RetentionRule;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.StorageStats;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.TraceRetention;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.analytics.ActionCount;
import io.llmtrace.storage.analytics.FindingCount;
import io.llmtrace.storage.analytics.Measure;
import io.llmtrace.storage.analytics.Ranking;
import io.llmtrace.storage.analytics.SessionOrder;
import io.llmtrace.storage.analytics.SessionSummary;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.analytics.SpanCount;
import io.llmtrace.storage.analytics.Timeline;
import io.llmtrace.storage.analytics.TraceAnalytics;
import io.llmtrace.storage.analytics.TraceCount;
import io.llmtrace.storage.analytics.TraceTimeline;
import io.llmtrace.storage.analytics.ValueCount;
import io.llmtrace.storage.analytics.ValueMeasures;
import io.llmtrace.storage.spi.AnalyticsArguments;
import io.llmtrace.storage.spi.DamagedTraces;
import io.llmtrace.storage.spi.ReadableTrace;
import io.llmtrace.storage.spi.SelectedTraces;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A repository whose store is behind a running server, over its REST API. The server decides on the tenant; tenants in arguments
 * are not sent.
 */
public final class RemoteTraceRepository implements TraceRepository, TraceAnalytics, TraceRetention {

    private static final String API = "/api/v1";
    private static final String RETENTION = API + "/retention";
    private static final String RETENTION_DAYS = "retention_days";
    private static final String RETENTION_BY = "retention_by";
    private static final String ANALYTICS = "/analytics/";
    private static final String NDJSON = "application/x-ndjson";
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);

    private final RestClient rest;

    private volatile boolean closed;

    private RemoteTraceRepository(RestClient rest) {
        this.rest = rest;
    }

    /** Returns a repository for this server. Nothing is sent before the first call. */
    public static RemoteTraceRepository connect(URI server) {
        return new RemoteTraceRepository(new RestClient(server, TIMEOUT, RestClient.MAX_ATTEMPTS));
    }

    /** Returns a repository that gives up quickly, to see whether a server is there. */
    public static RemoteTraceRepository probe(URI server) {
        return new RemoteTraceRepository(new RestClient(server, PROBE_TIMEOUT, 1));
    }

    /**
     * Stores traces with one request.
     *
     * @return the reasons why traces were rejected, by index in the list; all other traces are stored
     * @throws InvalidRequestException if the server rejects all of them
     */
    public Map<Integer, String> storeTraces(List<TraceEvent> traces) {
        return storeLines("/traces", traces);
    }

    /**
     * Passes all traces that the query selects to {@code goOn}, in the order of the query, as they arrive.
     *
     * @param goOn receives a trace, and returns whether to continue with the next one
     * @return the traces and spans that the server cannot read
     */
    public DamagedTraces export(TraceQuery query, Predicate<TraceEvent> goOn) {
        return export(query, "traces", json -> TraceJson.readTrace(json, null), goOn);
    }

    /** Passes all spans that the query selects to {@code goOn}, like {@link #export(TraceQuery, Predicate)}. */
    public DamagedTraces exportSpans(TraceQuery query, Predicate<TraceSpan> goOn) {
        return export(query, "spans", json -> TraceJson.read(json, TraceSpan.class), goOn);
    }

    private <T> DamagedTraces export(TraceQuery query, String what, Function<JsonNode, T> reader, Predicate<T> goOn) {
        requireOpen();
        String path = API + "/export" + QueryParameters.ofExport(query, what);
        try (NdjsonReader lines = NdjsonReader.of(rest.stream(path), 0)) {
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                if (line.length == 0) {
                    continue;
                }
                byte[] text = line;
                JsonNode json = understood(() -> TraceJson.readTree(text));
                if (json.has("left_out")) {
                    return understood(() -> leftOut(json));
                }
                if (!goOn.test(understood(() -> reader.apply(json)))) {
                    return DamagedTraces.NONE;
                }
            }
            return DamagedTraces.NONE;
        } catch (IOException e) {
            throw new UnavailableException("the export from " + rest.server() + " ended early: " + e.getMessage(), e);
        }
    }

    /**
     * Reads the last line of an export that is not complete.
     *
     * @throws IllegalArgumentException if it is not such a line
     */
    public static DamagedTraces leftOut(JsonNode lastLine) {
        List<UUID> first = new ArrayList<>();
        lastLine.path("trace_ids").forEach(id -> first.add(UUID.fromString(id.asText())));
        List<SpanIdentity> spans = new ArrayList<>();
        lastLine.path("span_ids")
                .forEach(id -> spans.add(new SpanIdentity(
                        UUID.fromString(id.path("trace_id").asText()),
                        Ids.parseSpanId(id.path("span_id").asText()))));
        return DamagedTraces.of(
                lastLine.path("left_out").asLong(),
                first,
                lastLine.path("left_out_spans").asLong(),
                spans,
                lastLine.path("reason").asText());
    }

    /** Returns a trace, with those of its spans that the server can read; empty if there is none with that id. */
    public Optional<ReadableTrace> readableTrace(UUID traceId) {
        requireOpen();
        return rest.get(API + "/traces/" + traceId).map(body -> {
            JsonNode json = rest.json(body);
            JsonNode leftOut = json.path("left_out");
            if (json instanceof ObjectNode object) {
                object.remove("left_out");
            }
            return understood(() -> {
                List<UUID> unreadable = new ArrayList<>();
                leftOut.path("span_ids").forEach(id -> unreadable.add(Ids.parseSpanId(id.asText())));
                return ReadableTrace.of(
                        TraceJson.read(json, TraceEvent.class),
                        unreadable,
                        leftOut.path("reason").asText());
            });
        });
    }

    @Override
    public void storeTrace(TraceEvent trace) {
        requireStored(storeLines("/traces", List.of(trace)));
    }

    @Override
    public void storeSpan(TraceSpan span) {
        requireStored(storeLines("/spans", List.of(span)));
    }

    @Override
    public void storeSpans(Collection<TraceSpan> spans) {
        requireStored(storeLines("/spans", List.copyOf(spans)));
    }

    @Override
    public Page<TraceEvent> queryTraces(TraceQuery query) {
        Page<TraceSummary> summaries = queryTraceSummaries(query);
        List<TraceEvent> traces = new ArrayList<>(summaries.items().size());
        for (TraceSummary summary : summaries.items()) {
            getTrace(query.tenantId(), summary.traceId()).ifPresent(traces::add);
        }
        return new Page<>(traces, summaries.nextCursor());
    }

    @Override
    public Page<TraceSummary> queryTraceSummaries(TraceQuery query) {
        return page("/traces", query, TraceSummary.class);
    }

    @Override
    public Page<TraceSpan> querySpans(TraceQuery query) {
        return page("/spans", query, TraceSpan.class);
    }

    @Override
    public Page<SpanOutline> querySpanOutlines(TraceQuery query) {
        return page("/outlines", query, SpanOutline.class);
    }

    @Override
    public Timeline timeline(TraceQuery query, int buckets, @Nullable SpanField<?> groupBy, int groups) {
        AnalyticsArguments.checkTimeline(query, buckets, groupBy, groups);
        Map<String, Object> more = new LinkedHashMap<>(Map.of("buckets", buckets, "groups", groups));
        if (groupBy != null) {
            more.put("group_by", groupBy.name());
        }
        return get(ANALYTICS + "timeline" + QueryParameters.ofFilters(query, more), Timeline.class)
                .orElseThrow(() -> notLlmtrace(null));
    }

    @Override
    public List<ValueMeasures> top(TraceQuery query, SpanField<?> groupBy, Measure order) {
        AnalyticsArguments.checkTop(query, groupBy, order);
        return list("top", query, Map.of("group_by", groupBy.name(), "order", order.text()), ValueMeasures.class);
    }

    @Override
    public List<ValueCount> values(TraceQuery query, SpanField<?> field, String prefix) {
        AnalyticsArguments.checkValues(query, field, prefix);
        return list("values", query, Map.of("field", field.name(), "prefix", prefix), ValueCount.class);
    }

    @Override
    public Slice<SessionSummary> sessions(TraceQuery query, SessionOrder order) {
        AnalyticsArguments.checkSlice(query, order);
        return slice(ANALYTICS + "sessions", query, Map.of("order", order.text()), SessionSummary.class);
    }

    @Override
    public List<FindingCount> findings(TraceQuery query) {
        AnalyticsArguments.checkList(query);
        return list("findings", query, Map.of(), FindingCount.class);
    }

    @Override
    public List<ActionCount> actions(TraceQuery query) {
        AnalyticsArguments.checkList(query);
        return list("actions", query, Map.of(), ActionCount.class);
    }

    @Override
    public Slice<TraceSummary> rankedTraces(TraceQuery query, Ranking by) {
        AnalyticsArguments.checkSlice(query, by);
        return slice("/traces", query, Map.of("order", by.text()), TraceSummary.class);
    }

    @Override
    public Slice<SpanOutline> rankedSpans(TraceQuery query, Ranking by) {
        AnalyticsArguments.checkSlice(query, by);
        return slice("/outlines", query, Map.of("order", by.text()), SpanOutline.class);
    }

    @Override
    public TraceCount countTraces(TraceQuery query, long upTo) {
        AnalyticsArguments.checkCount(query, upTo);
        return get(ANALYTICS + "count" + QueryParameters.ofFilters(query, Map.of("up_to", upTo)), TraceCount.class)
                .orElseThrow(() -> notLlmtrace(null));
    }

    @Override
    public SpanCount countSpans(TraceQuery query, long upTo) {
        AnalyticsArguments.checkCount(query, upTo);
        Map<String, Object> more = Map.of("up_to", upTo, "what", "spans");
        return get(ANALYTICS + "count" + QueryParameters.ofFilters(query, more), SpanCount.class)
                .orElseThrow(() -> notLlmtrace(null));
    }

    @Override
    public TraceTimeline traceTimeline(TraceQuery query, int buckets) {
        AnalyticsArguments.checkTraceTimeline(query, buckets);
        Map<String, Object> more = Map.of("buckets", buckets);
        return get(ANALYTICS + "trace_timeline" + QueryParameters.ofFilters(query, more), TraceTimeline.class)
                .orElseThrow(() -> notLlmtrace(null));
    }

    @Override
    public Optional<TraceEvent> getTrace(UUID tenantId, UUID traceId) {
        Optional<ReadableTrace> found = readableTrace(traceId);
        found.filter(trace -> !trace.unreadable().isEmpty()).ifPresent(trace -> {
            throw new CorruptStoreException(trace.reason());
        });
        return found.map(ReadableTrace::trace);
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID traceId, UUID spanId) {
        return span("/spans/" + Ids.formatSpanId(spanId) + "?trace_id=" + traceId);
    }

    @Override
    public List<TraceSpan> getSpans(UUID tenantId, Collection<SpanIdentity> identities) {
        return new LinkedHashSet<>(List.copyOf(identities))
                .stream()
                        .map(identity -> getSpan(tenantId, identity.traceId(), identity.spanId()))
                        .flatMap(Optional::stream)
                        .toList();
    }

    @Override
    public Optional<TraceSpan> getSpan(UUID tenantId, UUID spanId) {
        return span("/spans/" + Ids.formatSpanId(spanId));
    }

    @Override
    public long deleteTracesBefore(UUID tenantId, Instant time) {
        requireOpen();
        return deleted("/traces?before=" + QueryParameters.encode(time.toString()));
    }

    @Override
    public boolean deleteTrace(UUID tenantId, UUID traceId) {
        requireOpen();
        return deleted("/traces/" + traceId) > 0;
    }

    /**
     * Deletes the traces that a query selects, with one request.
     *
     * @throws IllegalArgumentException if the query has no filter
     */
    public long deleteTraces(TraceQuery query) {
        requireOpen();
        SelectedTraces.requireFilter(query);
        return deleted("/traces" + QueryParameters.ofFilters(query, Map.of()));
    }

    @Override
    public @Nullable RetentionRule retention(UUID tenantId) {
        requireOpen();
        return retention(rest.get(RETENTION));
    }

    @Override
    public void setRetention(UUID tenantId, @Nullable RetentionRule rule) {
        requireOpen();
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put(RETENTION_DAYS, rule == null ? null : rule.days());
        if (rule != null) {
            body.put(RETENTION_BY, rule.by().text());
        }
        retention(rest.put(RETENTION, TraceJson.writeBytes(body)));
    }

    private @Nullable RetentionRule retention(Optional<byte[]> answer) {
        JsonNode json = rest.json(answer.orElseThrow(() -> notLlmtrace(null)));
        JsonNode days = json.path(RETENTION_DAYS);
        String by = json.path(RETENTION_BY).asText(RetentionBasis.START.text());
        if (!days.isInt()) {
            return null;
        }
        try {
            return RetentionRule.of(days.intValue(), RetentionBasis.ofText(by));
        } catch (IllegalArgumentException e) {
            throw notLlmtrace(e);
        }
    }

    @Override
    public ExpiredTraces countExpired(UUID tenantId, RetentionRule rule, Instant now) {
        String query = "?" + RETENTION_DAYS + "=" + rule.days() + "&" + RETENTION_BY + "="
                + rule.by().text();
        return get("/retention/expired" + query, ExpiredTraces.class).orElseThrow(() -> notLlmtrace(null));
    }

    @Override
    public long deleteExpired(Instant now) {
        requireOpen();
        throw new NotSupportedException("a server deletes expired traces by itself");
    }

    @Override
    public StorageStats stats(UUID tenantId) {
        return get("/stats", StorageStats.class).orElseThrow(() -> notLlmtrace(null));
    }

    @Override
    public GlobalStats globalStats() {
        requireOpen();
        throw new NotSupportedException(
                "a server answers for one tenant only: leave out --all-tenants, or use --storage");
    }

    @Override
    public StoreHealth check() {
        requireOpen();
        try {
            return Health.of(rest);
        } catch (StorageException e) {
            return StoreHealth.builder(StoreHealth.State.DOWN, String.valueOf(e.getMessage()))
                    .build();
        }
    }

    @Override
    public void close() {
        closed = true; // the HTTP client has no close(); its connections end when it is garbage-collected
    }

    @Override
    public String toString() {
        return "RemoteTraceRepository[" + rest.server() + "]";
    }

    private long deleted(String pathAndQuery) {
        return rest.delete(API + pathAndQuery)
                .map(answer -> answer.path("deleted"))
                .filter(JsonNode::isIntegralNumber)
                .orElseThrow(() -> notLlmtrace(null))
                .asLong();
    }

    private Map<Integer, String> storeLines(String path, List<?> items) {
        requireOpen();
        if (items.isEmpty()) {
            return Map.of();
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (Object item : items) {
            body.writeBytes(TraceJson.writeBytes(item));
            body.write('\n');
        }
        HttpResponse<byte[]> response = rest.post(API + path + "?estimate_cost=false", NDJSON, body.toByteArray());
        JsonNode answer = response.statusCode() == 404 ? MissingNode.getInstance() : rest.json(response.body());
        if (!answer.path("stored").isIntegralNumber()) {
            throw notLlmtrace(null);
        }
        Map<Integer, String> rejected = new LinkedHashMap<>();
        for (JsonNode item : answer.path("rejected")) {
            rejected.put(item.path("index").asInt(), item.path("reason").asText());
        }
        return rejected;
    }

    private static void requireStored(Map<Integer, String> rejected) {
        if (!rejected.isEmpty()) {
            throw new InvalidRequestException(String.join("; ", rejected.values()));
        }
    }

    private <T> Page<T> page(String path, TraceQuery query, Class<T> type) {
        return items(path + QueryParameters.of(query), type, (items, answer) -> {
            JsonNode next = answer.path("next_cursor");
            return new Page<>(items, next.isTextual() ? next.asText() : null);
        });
    }

    private <T> List<T> list(String name, TraceQuery query, Map<String, Object> more, Class<T> type) {
        Map<String, Object> parameters = new LinkedHashMap<>(more);
        parameters.put("limit", query.limit());
        return items(ANALYTICS + name + QueryParameters.ofFilters(query, parameters), type, (items, answer) -> items);
    }

    private <T> Slice<T> slice(String path, TraceQuery query, Map<String, Object> more, Class<T> type) {
        Map<String, Object> parameters = new LinkedHashMap<>(more);
        parameters.put("limit", query.limit());
        parameters.put("offset", query.offset());
        return items(path + QueryParameters.ofFilters(query, parameters), type, (items, answer) -> {
            JsonNode next = answer.path("next_offset");
            return new Slice<>(items, next.isInt() ? next.asInt() : null);
        });
    }

    /**
     * Reads a list.
     *
     * @param type the type of its items
     * @param reader makes the result from the items and the whole answer, which may tell where the next page begins
     */
    private <T, R> R items(String pathAndQuery, Class<T> type, BiFunction<List<T>, JsonNode, R> reader) {
        requireOpen();
        JsonNode answer = rest.json(rest.get(API + pathAndQuery).orElseThrow(() -> notLlmtrace(null)));
        if (!answer.path("data").isArray()) {
            throw notLlmtrace(null);
        }
        return understood(() -> {
            List<T> items = new ArrayList<>();
            answer.path("data").forEach(item -> items.add(TraceJson.read(item, type)));
            return reader.apply(items, answer);
        });
    }

    /** Reads a span, without the fields that the server derives from it. */
    private Optional<TraceSpan> span(String pathAndQuery) {
        requireOpen();
        return rest.get(API + pathAndQuery).map(body -> {
            JsonNode json = rest.json(body);
            DerivedSpanFields.removeFrom(json);
            return understood(() -> TraceJson.read(json, TraceSpan.class));
        });
    }

    private <T> Optional<T> get(String pathAndQuery, Class<T> type) {
        requireOpen();
        return rest.get(API + pathAndQuery).map(body -> understood(() -> TraceJson.read(body, type)));
    }

    /**
     * Reads a response. If it is unreadable, throws an exception that blames the server, since the caller's request was
     * correct.
     */
    private <T> T understood(Supplier<T> reader) {
        try {
            return reader.get();
        } catch (IllegalArgumentException | InvalidRequestException e) {
            throw notLlmtrace(e);
        }
    }

    private UnavailableException notLlmtrace(@Nullable Throwable cause) {
        return new UnavailableException(
                rest.server()
                        + " does not answer as this version of llmtrace does: check --server, and that both have the"
                        + " same version"
                        + (cause == null ? "" : " (" + cause.getMessage() + ")"),
                cause);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("repository is closed: " + rest.server());
        }
    }
}
