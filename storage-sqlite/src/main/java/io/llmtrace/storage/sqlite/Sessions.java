package io.llmtrace.storage.sqlite;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.Times;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.analytics.SessionOrder;
import io.llmtrace.storage.analytics.SessionSummary;
import io.llmtrace.storage.analytics.Slice;
import io.llmtrace.storage.spi.MeasureSums;
import io.llmtrace.storage.spi.TextOrder;
import java.sql.ResultSet;
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

/** Sessions of the spans that a query selects: which are on the page is found first, then what is said about these. */
final class Sessions {

    /** While so few spans are not in the text index yet, the spans of a session are found through it. */
    private static final int FEW_PENDING = 2_000;

    private final Session session;
    private final TextIndex text;
    private final TraceQuery query;
    private final long tenant;
    private final SpanFilter filter;
    private final Condition condition;

    Sessions(Session session, TextIndex text, TraceQuery query, long tenant) throws SQLException {
        this.session = session;
        this.text = text;
        this.query = query;
        this.tenant = tenant;
        this.filter = new SpanFilter(session, text, query, tenant);
        this.condition = filter.condition().and(Condition.of("s.session_id IS NOT NULL"));
    }

    Slice<SessionSummary> page(SessionOrder order) throws SQLException {
        List<String> ordered = order == SessionOrder.LAST_TIME ? latest() : largest(order);
        List<String> found =
                ordered.stream().skip(query.offset()).limit(query.limit() + 1L).toList();
        Slice<String> page = Slice.of(found, query.offset(), query.limit());
        Map<String, SessionSummary> summaries = summaries(page.items());
        return page.map(id -> Objects.requireNonNull(summaries.get(id)));
    }

    /** As many as the page needs: the first span of a session that comes along, newest first, is its latest. */
    private List<String> latest() throws SQLException {
        int wanted = query.offset() + query.limit() + 1;
        Map<String, Long> lastTimes = new HashMap<>();
        long[] timeOfLast = {Long.MIN_VALUE};
        session.eachUntil(
                "SELECT s.session_id, s.start_time FROM spans s WHERE " + condition.sql()
                        + " ORDER BY s.start_time DESC",
                row -> {
                    long time = row.getLong(2);
                    if (time < timeOfLast[0]) {
                        return false;
                    }
                    lastTimes.putIfAbsent(row.getString(1), time);
                    if (lastTimes.size() == wanted) {
                        timeOfLast[0] = time; // there may be more of the same time
                    }
                    return true;
                },
                condition.parameters().toArray());
        return ordered(lastTimes);
    }

    private List<String> largest(SessionOrder order) throws SQLException {
        String figure = switch (order) {
            case SPANS -> "1";
            case ERRORS -> "coalesce(s.error, 0)";
            case TOTAL_TOKENS -> ifOwn("s.total_tokens", "-1");
            case COST_USD -> ifOwn("s.estimated_cost_usd", "-1.0");
            case LAST_TIME -> throw new IllegalStateException("not summed: " + order);
        };
        Map<String, Long> sums = new HashMap<>();
        session.each(
                "SELECT s.session_id, " + figure + " FROM " + filter.table() + " WHERE " + condition.sql(),
                row -> {
                    sums.merge(row.getString(1), figureOf(row, order), MeasureSums::sum);
                    FieldValues.requireFew(sums.size(), "session_id");
                },
                condition.parameters().toArray());
        return ordered(sums);
    }

    private String ifOwn(String column, String absent) {
        String value = "coalesce(" + column + ", " + absent + ")";
        return query.kind() != null
                ? value
                : "CASE WHEN " + MeasureColumns.REPEATS_USAGE + " THEN " + absent + " ELSE " + value + " END";
    }

    private static long figureOf(ResultSet row, SessionOrder order) throws SQLException {
        if (order != SessionOrder.COST_USD) {
            return row.getLong(2);
        }
        double cost = row.getDouble(2);
        return cost < 0 ? MeasureSums.ABSENT : MeasureSums.nanosOf(cost);
    }

    private static List<String> ordered(Map<String, Long> figures) {
        return figures.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry::getKey, TextOrder.UTF8))
                .map(Map.Entry::getKey)
                .toList();
    }

    private Map<String, SessionSummary> summaries(List<String> ids) throws SQLException {
        Map<String, Sums> sums = new HashMap<>();
        ids.forEach(id -> sums.put(id, new Sums()));
        if (text.pending(session) <= FEW_PENDING) {
            for (String id : ids) {
                TraceQuery ofSession = query.toBuilder().sessionId(id).build();
                addAll(sums, new SpanFilter(session, text, ofSession, tenant).condition());
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

    private void addAll(Map<String, Sums> sums, Condition of) throws SQLException {
        MeasureColumns measures = new MeasureColumns(query);
        session.each(
                "SELECT " + measures.sql + ", s.start_time, s.trace, s.session_id, s.user_id, t.trace_id, s.span_id"
                        + " FROM spans s JOIN traces t ON t.id = s.trace WHERE " + of.sql(),
                row -> {
                    Sums sum = sums.get(row.getString(9));
                    if (sum != null) {
                        measures.addTo(sum.measures, row, 1);
                        sum.add(row.getLong(7), row.getLong(8), row);
                    }
                },
                of.parameters().toArray());
    }

    private static final class Sums {
        private final MeasureSums measures = new MeasureSums();
        private final Set<Long> traces = new HashSet<>();
        private long firstTime = Long.MAX_VALUE;
        private long lastTime = Long.MIN_VALUE;
        private @Nullable User user;

        void add(long time, long trace, ResultSet row) throws SQLException {
            firstTime = Math.min(firstTime, time);
            lastTime = Math.max(lastTime, time);
            traces.add(trace);
            if (user == null || time <= user.time) {
                String id = row.getString(10);
                if (id != null) {
                    User candidate = new User(time, row.getBytes(11), row.getBytes(12), id);
                    user = user == null || User.EARLIEST_FIRST.compare(candidate, user) < 0 ? candidate : user;
                }
            }
        }

        SessionSummary summary(String id) {
            return new SessionSummary(
                    id,
                    user == null ? null : user.id,
                    Times.ofNanos(firstTime),
                    Times.ofNanos(lastTime),
                    traces.size(),
                    measures.measures());
        }
    }

    /** The user of a span, with the place of the span in time. */
    @SuppressWarnings("ArrayRecordComponent") // only compared in order
    private record User(long time, byte[] traceId, byte[] spanId, String id) {
        private static final Comparator<User> EARLIEST_FIRST = Comparator.comparingLong(User::time)
                .thenComparing(User::traceId, Arrays::compareUnsigned)
                .thenComparing(User::spanId, Arrays::compareUnsigned);
    }
}
