package io.llmtrace.storage.sqlite.internal.query;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.Times;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.SessionOrder;
import io.llmtrace.storage.analytics.SessionSummary;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.spi.MeasureSums;
import io.llmtrace.storage.spi.TextOrder;
import io.llmtrace.storage.sqlite.internal.engine.Condition;
import io.llmtrace.storage.sqlite.internal.engine.ResultRow;
import io.llmtrace.storage.sqlite.internal.engine.SelectList;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the sessions (conversations) of the spans that a query selects: first the ids on the page, then the sums of these
 * sessions only.
 */
public final class Sessions {

    /** While the text index lacks at most this many spans, the spans of a session are found by it. */
    private static final int FEW_PENDING = 2_000;

    private final SqliteConnection connection;
    private final TraceQuery query;
    private final long tenant;
    private final SpanFilter filter;
    private final Condition condition;

    /**
     * Prepares the lists of a query.
     *
     * @param tenant the row id of the query's tenant
     */
    public Sessions(SqliteConnection connection, TraceQuery query, long tenant) throws SQLException {
        this.connection = connection;
        this.query = query;
        this.tenant = tenant;
        this.filter = new SpanFilter(connection, query, tenant);
        this.condition = filter.condition().and(Condition.of("s.session_id IS NOT NULL"));
    }

    /** Returns the page of sessions in the given order. */
    public Slice<SessionSummary> page(SessionOrder order) throws SQLException {
        List<String> ordered = order == SessionOrder.LAST_TIME ? latest() : largest(order);
        List<String> found =
                ordered.stream().skip(query.offset()).limit(query.limit() + 1L).toList();
        Slice<String> page = Slice.of(found, query.offset(), query.limit());
        Map<String, SessionSummary> summaries = summaries(page.items());
        return page.map(id -> Objects.requireNonNull(summaries.get(id)));
    }

    /**
     * Returns the ids of the latest sessions, as many as the page needs. In a scan from the newest span on, the first span of a
     * session is its latest.
     */
    private List<String> latest() throws SQLException {
        int wanted = query.offset() + query.limit() + 1;
        Map<String, Long> lastTimes = new HashMap<>();
        long[] timeOfLast = {Long.MIN_VALUE};
        connection.eachUntil(
                "SELECT s.session_id AS session_id, s.start_time AS start_time FROM spans s WHERE " + condition.sql()
                        + " ORDER BY s.start_time DESC",
                row -> {
                    long time = row.number("start_time");
                    if (time < timeOfLast[0]) {
                        return false;
                    }
                    String id = row.text("session_id");
                    if (lastTimes.putIfAbsent(id, time) == null) {
                        FieldValues.count(connection, id);
                    }
                    if (lastTimes.size() == wanted) {
                        timeOfLast[0] = time; // others may have the same time
                    }
                    return true;
                },
                condition.arguments());
        return ordered(lastTimes);
    }

    private List<String> largest(SessionOrder order) throws SQLException {
        SelectList list = new SelectList();
        int sessionId = list.add("s.session_id");
        int measure = list.add(
                switch (order) {
                    case SPANS -> "1";
                    case ERRORS -> "coalesce(s.error, 0)";
                    case TOTAL_TOKENS -> ifOwn("s.total_tokens", "-1");
                    case COST_USD -> ifOwn("s.estimated_cost_usd", "-1.0");
                    case LAST_TIME -> throw new IllegalStateException("not summed: " + order);
                });
        Map<String, Long> sums = new HashMap<>();
        connection.each(
                "SELECT " + list.sql() + " FROM " + filter.table() + " WHERE " + condition.sql(),
                row -> {
                    String id = row.text(sessionId);
                    int before = sums.size();
                    sums.merge(id, measureOf(row, measure, order), MeasureSums::sum);
                    if (sums.size() > before) {
                        FieldValues.count(connection, id);
                    }
                    FieldValues.requireFew(sums.size(), "session_id");
                },
                condition.arguments());
        return ordered(sums);
    }

    /** Returns an expression for a column of the span; it yields {@code absent} if the span repeats the usage of its children. */
    private String ifOwn(String column, String absent) {
        String value = "coalesce(" + column + ", " + absent + ")";
        return query.kind() != null
                ? value
                : "CASE WHEN " + MeasureColumns.REPEATS_USAGE + " THEN " + absent + " ELSE " + value + " END";
    }

    private static long measureOf(ResultRow row, int position, SessionOrder order) throws SQLException {
        if (order != SessionOrder.COST_USD) {
            return row.number(position);
        }
        double cost = row.real(position);
        return cost < 0 ? MeasureSums.ABSENT : MeasureSums.nanosOf(cost);
    }

    private static List<String> ordered(Map<String, Long> measures) {
        return measures.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry::getKey, TextOrder.UTF8))
                .map(Map.Entry::getKey)
                .toList();
    }

    private Map<String, SessionSummary> summaries(List<String> ids) throws SQLException {
        Map<String, Sums> sums = new HashMap<>();
        ids.forEach(id -> sums.put(id, new Sums()));
        if (TextIndex.pending(connection) <= FEW_PENDING) {
            for (String id : ids) {
                TraceQuery ofSession = query.toBuilder().sessionId(id).build();
                addAll(sums, new SpanFilter(connection, ofSession, tenant).condition());
            }
        } else if (!ids.isEmpty()) {
            addAll(
                    sums,
                    condition.and(
                            Condition.of("s.session_id IN (SELECT value FROM json_each(?))", TraceJson.write(ids))));
        }
        Map<String, SessionSummary> summaries = new HashMap<>();
        sums.forEach((id, sum) -> summaries.put(id, sum.summary(id)));
        return summaries;
    }

    private void addAll(Map<String, Sums> sums, Condition selected) throws SQLException {
        Columns columns = new Columns(query);
        connection.each(
                "SELECT " + columns.list.sql() + " FROM spans s JOIN traces t ON t.id = s.trace WHERE "
                        + selected.sql(),
                row -> {
                    Sums sum = sums.get(row.text(columns.sessionId));
                    if (sum != null) {
                        columns.measures.addTo(sum.measures, row);
                        sum.add(row, columns);
                    }
                },
                selected.arguments());
    }

    /** The columns that are read of each span. */
    private static final class Columns {
        private final SelectList list = new SelectList();
        private final MeasureColumns measures;
        private final int startTime = list.add("s.start_time");
        private final int trace = list.add("s.trace");
        private final int sessionId = list.add("s.session_id");
        private final int userId = list.add("s.user_id");
        private final int traceId = list.add("t.trace_id");
        private final int spanId = list.add("s.span_id");

        Columns(TraceQuery query) {
            this.measures = new MeasureColumns(query, list);
        }
    }

    private static final class Sums {
        private final MeasureSums measures = new MeasureSums();
        private final Set<Long> traces = new HashSet<>();
        private long firstTime = Long.MAX_VALUE;
        private long lastTime = Long.MIN_VALUE;
        private @Nullable User user;

        void add(ResultRow row, Columns columns) throws SQLException {
            long time = row.number(columns.startTime);
            firstTime = Math.min(firstTime, time);
            lastTime = Math.max(lastTime, time);
            traces.add(row.number(columns.trace));
            if (user == null || time <= user.time) {
                String id = row.textOrNull(columns.userId);
                if (id != null) {
                    User candidate = new User(time, row.bytes(columns.traceId), row.bytes(columns.spanId), id);
                    user = user == null || User.EARLIEST_FIRST.compare(candidate, user) < 0 ? candidate : user;
                }
            }
        }

        SessionSummary summary(String id) {
            return SessionSummary.builder(id, Times.ofNanos(firstTime), Times.ofNanos(lastTime), measures.measures())
                    .userId(user == null ? null : user.id)
                    .traces(traces.size())
                    .build();
        }
    }

    /** The user of a span, with the sort key of that span: the earliest span with a user gives the session its user. */
    @SuppressWarnings("ArrayRecordComponent") // only compared in order
    private record User(long time, byte[] traceId, byte[] spanId, String id) {
        private static final Comparator<User> EARLIEST_FIRST = Comparator.comparingLong(User::time)
                .thenComparing(User::traceId, Arrays::compareUnsigned)
                .thenComparing(User::spanId, Arrays::compareUnsigned);
    }
}
