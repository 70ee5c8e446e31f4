package io.llmtrace.storage.sqlite;

import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.Times;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.spi.QueryTexts;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A query's filters as SQL on {@code s}, a row of {@code spans}.
 *
 * <p>A filter that selects few spans should lead SQLite to them by its index; one that selects many should be looked at row
 * by row, newest first, since then a page is full soon. SQLite cannot know which is the case, so it is counted, up to
 * {@value #FEW}. A plus before a column keeps SQLite from using its index.
 */
final class SpanFilter {

    static final int FEW = 2_000;

    /** To step through a row of the table takes about a third of what it takes to find one by an index. */
    private static final int MOST_SHARE = 3;

    private final Session session;
    private final TextIndex text;
    private final TraceQuery query;
    private final long tenant;

    SpanFilter(Session session, TextIndex text, TraceQuery query, long tenant) {
        this.session = session;
        this.text = text;
        this.query = query;
        this.tenant = tenant;
    }

    Condition condition() throws SQLException {
        if (!QueryTexts.areUnicode(query)) {
            return Condition.NEVER;
        }
        List<Condition> all = new ArrayList<>();
        addValues(all);
        // Plus: spans that are known by their rows or their trace are not looked for among all of the tenant.
        boolean fewKnown = !all.isEmpty() || query.traceId() != null;
        all.add(Condition.of((fewKnown ? "+" : "") + "s.tenant = ?", tenant));
        addNarrow(all);
        addTags(all);
        addScore(all);
        addFinding(all);
        addAction(all);
        if (query.text() != null) {
            all.add(text.condition(session, query.words(), Condition.all(all)));
        }
        return Condition.all(all);
    }

    /**
     * What to read from all spans that pass, in whatever order: most of a table is read faster as it lies in the file than by
     * an index.
     */
    String table() throws SQLException {
        return selectsMost() ? "spans s NOT INDEXED" : "spans s";
    }

    /** Whether so many spans lie in the query's times, and no other index leads to fewer, that most of the table is read. */
    boolean selectsMost() throws SQLException {
        if (hasIndexedFilter()) {
            return false;
        }
        long many = session.number("SELECT sum(span_count) FROM tenants") / MOST_SHARE;
        List<Condition> all = new ArrayList<>();
        all.add(Condition.of("s.tenant = ?", tenant));
        addTimes(all);
        Condition ofTimes = Condition.all(all);
        return session.number(
                        "SELECT count(*) FROM (SELECT 1 FROM spans s WHERE " + ofTimes.sql() + " LIMIT " + (many + 1)
                                + ")",
                        ofTimes.parameters().toArray())
                > many;
    }

    private boolean hasIndexedFilter() {
        return query.text() != null
                || query.traceId() != null
                || query.sessionId() != null
                || query.userId() != null
                || query.modelName() != null
                || query.status() == SpanStatus.ERROR
                || !query.tags().isEmpty()
                || query.minSecurityScore() != null
                || query.maxSecurityScore() != null
                || query.findingType() != null
                || query.actionName() != null;
    }

    /** Of values that mostly few spans have: which these are, if they are few. */
    private void addValues(List<Condition> all) throws SQLException {
        addRows(all, ValueWords.Field.SESSION_ID, query.sessionId(), "s.session_id = ?");
        addRows(all, ValueWords.Field.USER_ID, query.userId(), "s.user_id = ?");
        addRows(all, ValueWords.Field.MODEL, query.modelName(), "s.model = (SELECT id FROM names WHERE name = ?)");
    }

    private void addRows(List<Condition> all, ValueWords.Field field, @Nullable String value, String equal)
            throws SQLException {
        if (value != null) {
            Condition rows = text.rowsWith(session, ValueWords.of(tenant, field, value), Condition.of(equal, value));
            if (rows != null) {
                all.add(rows);
            }
        }
    }

    private void addTimes(List<Condition> all) {
        if (query.startTime() != null) {
            // Bounds beyond what can be stored are cut to its ends, and would take in what lies there.
            all.add(
                    query.startTime().isAfter(Times.LATEST)
                            ? Condition.NEVER
                            : Condition.of("s.start_time >= ?", Times.toNanos(query.startTime())));
        }
        if (query.endTime() != null) {
            all.add(
                    query.endTime().isBefore(Times.EARLIEST)
                            ? Condition.NEVER
                            : Condition.of("s.start_time <= ?", Times.toNanos(query.endTime())));
        }
    }

    private void addNarrow(List<Condition> all) throws SQLException {
        addTimes(all);
        if (query.traceId() != null) {
            all.add(Condition.of(
                    "s.trace = (SELECT id FROM traces WHERE trace_id = ? AND tenant = ?)", query.traceId(), tenant));
        }
        addName(
                all,
                "s.provider",
                query.provider() == null ? null : query.provider().name());
        addName(all, "s.model", query.modelName());
        addName(all, "s.operation", query.operationName());
        addName(all, "s.service", query.serviceName());
        addEqual(all, "s.kind", query.kind() == null ? null : query.kind().text());
        addEqual(all, "s.session_id", query.sessionId());
        addEqual(all, "s.user_id", query.userId());
        addAtLeast(all, "s.duration_ms", query.minDurationMs());
        addAtMost(all, "s.duration_ms", query.maxDurationMs());
        addAtLeast(all, "s.estimated_cost_usd", query.minCostUsd());
        addAtMost(all, "s.estimated_cost_usd", query.maxCostUsd());
        if (query.status() != null) {
            all.add(Condition.of(query.status() == SpanStatus.ERROR ? "s.error = 1" : "s.error IS NULL"));
        }
    }

    private void addTags(List<Condition> all) throws SQLException {
        for (Map.Entry<String, String> tag : query.tags().entrySet()) {
            String sets = "SELECT g.tag_set FROM tags g WHERE g.tenant = ? AND g.key = ? AND g.value = ?";
            Object[] parameters = {tenant, tag.getKey(), tag.getValue()};
            boolean few = few("spans s WHERE s.tag_set IN (" + sets + ")", parameters);
            all.add(
                    few
                            ? Condition.of("s.tag_set IN (" + sets + ")", parameters)
                            : Condition.of("EXISTS (" + sets + " AND g.tag_set = s.tag_set)", parameters));
        }
    }

    private void addScore(List<Condition> all) throws SQLException {
        if (query.minSecurityScore() == null && query.maxSecurityScore() == null) {
            return;
        }
        long minimum = query.minSecurityScore() == null ? 0 : query.minSecurityScore();
        long maximum = query.maxSecurityScore() == null ? 100 : query.maxSecurityScore();
        boolean few = few("spans WHERE tenant = ? AND security_score BETWEEN ? AND ?", tenant, minimum, maximum);
        all.add(Condition.of((few ? "" : "+") + "s.security_score BETWEEN ? AND ?", minimum, maximum));
    }

    private void addFinding(List<Condition> all) throws SQLException {
        String type = query.findingType();
        Severity severity = query.findingSeverity();
        if (type == null && severity == null) {
            return;
        }
        Long typeId = type == null ? null : nameId(type);
        if (type != null && typeId == null) {
            all.add(Condition.NEVER);
            return;
        }
        List<Condition> ofFinding = new ArrayList<>();
        addEqual(ofFinding, "d.finding_type", typeId);
        addEqual(ofFinding, "d.severity", severity == null ? null : severity.text());
        Condition finding = Condition.all(ofFinding);
        // There is no index by severity alone.
        boolean few = typeId != null && few("findings WHERE finding_type = ?", typeId);
        all.add(Condition.of("s.finding_count IS NOT NULL").and(ofDetail("findings", finding, few)));
    }

    private void addAction(List<Condition> all) throws SQLException {
        if (query.actionName() == null) {
            return;
        }
        Long name = nameId(query.actionName());
        if (name == null) {
            all.add(Condition.NEVER);
            return;
        }
        boolean few = few("actions WHERE name = ?", name);
        all.add(Condition.of("s.action_count IS NOT NULL")
                .and(ofDetail("actions", Condition.of("d.name = ?", name), few)));
    }

    /** That a span has a row {@code d} in a table of its details. */
    private static Condition ofDetail(String table, Condition detail, boolean few) {
        return few
                ? new Condition(
                        "s.id IN (SELECT d.span FROM " + table + " d WHERE " + detail.sql() + ")", detail.parameters())
                : new Condition(
                        "EXISTS (SELECT 1 FROM " + table + " d WHERE d.span = s.id AND " + detail.sql() + ")",
                        detail.parameters());
    }

    private boolean few(String fromWhere, @Nullable Object... parameters) throws SQLException {
        return session.number(
                        "SELECT count(*) FROM (SELECT 1 FROM " + fromWhere + " LIMIT " + (FEW + 1) + ")", parameters)
                <= FEW;
    }

    private void addName(List<Condition> all, String column, @Nullable String name) throws SQLException {
        if (name != null) {
            Long id = nameId(name);
            all.add(id == null ? Condition.NEVER : Condition.of(column + " = ?", id));
        }
    }

    private @Nullable Long nameId(String name) throws SQLException {
        return session.first("SELECT id FROM names WHERE name = ?", row -> row.getLong(1), name);
    }

    private static void addEqual(List<Condition> all, String column, @Nullable Object value) {
        if (value != null) {
            all.add(Condition.of(column + " = ?", value));
        }
    }

    private static void addAtLeast(List<Condition> all, String column, @Nullable Object value) {
        if (value != null) {
            all.add(Condition.of(column + " >= ?", value));
        }
    }

    private static void addAtMost(List<Condition> all, String column, @Nullable Object value) {
        if (value != null) {
            all.add(Condition.of(column + " <= ?", value));
        }
    }
}
