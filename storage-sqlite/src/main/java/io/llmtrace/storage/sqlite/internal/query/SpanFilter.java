package io.llmtrace.storage.sqlite.internal.query;

import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.Times;
import io.llmtrace.storage.Criterion;
import io.llmtrace.storage.QueryFilter;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.spi.QueryTexts;
import io.llmtrace.storage.sqlite.internal.engine.Condition;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.read.SpanColumn;
import io.llmtrace.storage.sqlite.internal.read.SpanColumns;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The filters of a query as SQL on {@code s}, a row of {@code spans}.
 *
 * <p>If a filter selects few spans, SQLite should find them by its index. If it selects many, SQLite should scan the spans from
 * the newest on, since a page is full soon. SQLite cannot tell the two cases apart, so the spans are counted here, up to
 * {@value #FEW}. A plus in front of a column keeps SQLite from using its index.
 */
final class SpanFilter {

    static final int FEW = 2_000;

    /**
     * Reading a row in a scan of the table takes about a third of the time that finding it by an index takes, so from a third
     * of the table on, a scan is faster.
     */
    private static final int SCAN_FROM_SHARE = 3;

    /** Fields by which an index leads to few spans. */
    private static final Set<SpanField<?>> INDEXED = Set.of(
            SpanField.TEXT,
            SpanField.TRACE_ID,
            SpanField.SESSION_ID,
            SpanField.USER_ID,
            SpanField.MODEL_NAME,
            SpanField.SECURITY_SCORE,
            SpanField.FINDING_TYPE,
            SpanField.ACTION_NAME);

    /** Fields whose filters are more than a comparison with a column. */
    private static final Set<SpanField<?>> WITH_RULES = Set.of(
            SpanField.START_TIME,
            SpanField.TRACE_ID,
            SpanField.TEXT,
            SpanField.SECURITY_SCORE,
            SpanField.FINDING_TYPE,
            SpanField.FINDING_SEVERITY,
            SpanField.ACTION_NAME);

    private final SqliteConnection connection;
    private final TraceQuery query;
    private final long tenant;

    SpanFilter(SqliteConnection connection, TraceQuery query, long tenant) {
        this.connection = connection;
        this.query = query;
        this.tenant = tenant;
    }

    /** Returns a condition for the spans that pass all filters. */
    Condition condition() throws SQLException {
        if (!QueryTexts.areUnicode(query)) {
            return Condition.NEVER;
        }
        List<Condition> all = new ArrayList<>();
        addRareValues(all);
        // Spans that are found by their rows or their trace must not be searched among all spans of the tenant.
        boolean byRowsOrTrace = !all.isEmpty() || query.traceId() != null;
        all.add(Condition.of((byRowsOrTrace ? "+" : "") + "s.tenant = ?", tenant));
        addTimes(all);
        addFields(all);
        addTags(all);
        addScore(all);
        addFinding(all);
        addAction(all);
        if (query.text() != null) {
            all.add(TextIndex.withTokens(connection, query.terms(), Condition.all(all)));
        }
        return Condition.all(all);
    }

    /** Returns the table to read all matching spans from, in any order: a scan of the table if that is faster than an index. */
    String table() throws SQLException {
        return selectsMost() ? "spans s NOT INDEXED" : "spans s";
    }

    /** Returns whether the query's times select most of the table, and no index leads to fewer spans. */
    boolean selectsMost() throws SQLException {
        if (hasIndexedFilter()) {
            return false;
        }
        long many = connection.number("SELECT sum(span_count) FROM tenants") / SCAN_FROM_SHARE;
        List<Condition> all = new ArrayList<>();
        all.add(Condition.of("s.tenant = ?", tenant));
        addTimes(all);
        Condition inTimes = Condition.all(all);
        return connection.number(
                        "SELECT count(*) FROM (SELECT 1 FROM spans s WHERE " + inTimes.sql() + " LIMIT " + (many + 1)
                                + ")",
                        inTimes.arguments())
                > many;
    }

    private boolean hasIndexedFilter() {
        return query.criteria().stream().anyMatch(SpanFilter::isIndexed);
    }

    private static boolean isIndexed(Criterion<?> criterion) {
        if (criterion.filter().comparison() == QueryFilter.Comparison.PRESENT) {
            return false;
        }
        SpanField<?> field = criterion.filter().field();
        return field.tagKey() != null
                || INDEXED.contains(field)
                || (field.equals(SpanField.STATUS) && criterion.value() == SpanStatus.ERROR);
    }

    /** Adds the rows of the spans that have a value which few spans have, as most sessions and users are. */
    private void addRareValues(List<Condition> all) throws SQLException {
        addRareValue(all, ValueTokens.Field.SESSION_ID, query.value(SpanField.SESSION_ID));
        addRareValue(all, ValueTokens.Field.USER_ID, query.value(SpanField.USER_ID));
        addRareValue(all, ValueTokens.Field.MODEL, query.value(SpanField.MODEL_NAME));
    }

    private void addRareValue(List<Condition> all, ValueTokens.Field field, @Nullable String value)
            throws SQLException {
        if (value != null) {
            Condition rows = TextIndex.withValueToken(
                    connection, ValueTokens.of(tenant, field, value), equal(field.field(), value));
            if (rows != null) {
                all.add(rows);
            }
        }
    }

    private void addTimes(List<Condition> all) {
        // Times.toNanos cuts a bound that cannot be stored to the nearest time that can, which would then match.
        if (query.startTime() != null) {
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

    /** Adds the filters that compare a column of the span with a value, but for those with a rule of their own. */
    private void addFields(List<Condition> all) throws SQLException {
        if (query.traceId() != null) {
            all.add(Condition.of(
                    "s.trace = (SELECT id FROM traces WHERE trace_id = ? AND tenant = ?)", query.traceId(), tenant));
        }
        for (Criterion<?> criterion : query.criteria()) {
            SpanField<?> field = criterion.filter().field();
            if (criterion.filter().comparison() == QueryFilter.Comparison.PRESENT) {
                all.add(presence(field, (Boolean) criterion.value()));
            } else if (field.tagKey() == null && !WITH_RULES.contains(field)) {
                all.add(compare(criterion, field));
            }
        }
    }

    private Condition compare(Criterion<?> criterion, SpanField<?> field) throws SQLException {
        return switch (criterion.filter().comparison()) {
            case EQUAL -> equal(field, criterion.text());
            case AT_LEAST -> Condition.of(SpanColumns.of(field).expression() + " >= ?", criterion.value());
            case AT_MOST -> Condition.of(SpanColumns.of(field).expression() + " <= ?", criterion.value());
            case PRESENT, WORDS -> throw new IllegalArgumentException("not compared with a column: " + criterion);
        };
    }

    private Condition presence(SpanField<?> field, boolean wanted) {
        String key = field.tagKey();
        if (key != null) {
            return Condition.of(
                    (wanted ? "" : "NOT ")
                            + "EXISTS (SELECT 1 FROM tags g WHERE g.tenant = ? AND g.key = ? AND g.tag_set = s.tag_set)",
                    tenant,
                    key);
        }
        return Condition.of("+" + SpanColumns.presenceOf(field).expression() + (wanted ? " IS NOT NULL" : " IS NULL"));
    }

    private Condition equal(SpanField<?> field, String value) throws SQLException {
        SpanColumn<?> column = SpanColumns.of(field);
        return switch (column.type()) {
            case NAME -> {
                Long id = connection.dictionary().idOf(value);
                yield id == null ? Condition.NEVER : Condition.of(column.expression() + " = ?", id);
            }
            case TEXT -> Condition.of(column.expression() + " = ?", value);
            case ERROR_FLAG ->
                Condition.of(column.expression() + (value.equals(SpanStatus.ERROR.text()) ? " = 1" : " IS NULL"));
            case INTEGER, TIME, REAL, JSON, ID, TAG_SET ->
                throw new IllegalArgumentException("not compared with a text: " + column);
        };
    }

    private void addTags(List<Condition> all) throws SQLException {
        for (Map.Entry<String, String> tag : query.tags().entrySet()) {
            String sets = "SELECT g.tag_set FROM tags g WHERE g.tenant = ? AND g.key = ? AND g.value = ?";
            Object[] parameters = {tenant, tag.getKey(), tag.getValue()};
            boolean few = isFew("spans s WHERE s.tag_set IN (" + sets + ")", parameters);
            all.add(
                    few
                            ? Condition.of("s.tag_set IN (" + sets + ")", parameters)
                            : Condition.of("EXISTS (" + sets + " AND g.tag_set = s.tag_set)", parameters));
        }
    }

    private void addScore(List<Condition> all) throws SQLException {
        Integer lowest = query.value(QueryFilter.atLeast(SpanField.SECURITY_SCORE));
        Integer highest = query.value(QueryFilter.atMost(SpanField.SECURITY_SCORE));
        if (lowest == null && highest == null) {
            return;
        }
        long minimum = lowest == null ? 0 : lowest;
        long maximum = highest == null ? 100 : highest;
        boolean few = isFew("spans WHERE tenant = ? AND security_score BETWEEN ? AND ?", tenant, minimum, maximum);
        all.add(Condition.of((few ? "" : "+") + "s.security_score BETWEEN ? AND ?", minimum, maximum));
    }

    private void addFinding(List<Condition> all) throws SQLException {
        String type = query.value(SpanField.FINDING_TYPE);
        Severity severity = query.value(SpanField.FINDING_SEVERITY);
        if (type == null && severity == null) {
            return;
        }
        List<Condition> ofFinding = new ArrayList<>();
        boolean few = false; // there is no index by severity alone
        if (type != null) {
            Long typeId = connection.dictionary().idOf(type);
            if (typeId == null) {
                all.add(Condition.NEVER);
                return;
            }
            ofFinding.add(Condition.of("d.finding_type = ?", typeId));
            few = isFew("findings WHERE finding_type = ?", typeId);
        }
        if (severity != null) {
            ofFinding.add(Condition.of("d.severity = ?", severity.text()));
        }
        all.add(Condition.of("s.finding_count IS NOT NULL"));
        all.add(hasDetail("findings", Condition.all(ofFinding), few));
    }

    private void addAction(List<Condition> all) throws SQLException {
        String action = query.value(SpanField.ACTION_NAME);
        if (action == null) {
            return;
        }
        Long name = connection.dictionary().idOf(action);
        if (name == null) {
            all.add(Condition.NEVER);
            return;
        }
        boolean few = isFew("actions WHERE name = ?", name);
        all.add(Condition.of("s.action_count IS NOT NULL"));
        all.add(hasDetail("actions", Condition.of("d.name = ?", name), few));
    }

    /** Returns the condition that a span has a row {@code d} in a table of its details. */
    private static Condition hasDetail(String table, Condition detail, boolean few) {
        return few
                ? detail.within("s.id IN (SELECT d.span FROM " + table + " d WHERE ", ")")
                : detail.within("EXISTS (SELECT 1 FROM " + table + " d WHERE d.span = s.id AND ", ")");
    }

    private boolean isFew(String fromWhere, @Nullable Object... parameters) throws SQLException {
        return connection.number(
                        "SELECT count(*) FROM (SELECT 1 FROM " + fromWhere + " LIMIT " + (FEW + 1) + ")", parameters)
                <= FEW;
    }
}
