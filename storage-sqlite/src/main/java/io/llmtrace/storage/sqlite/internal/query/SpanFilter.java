package io.llmtrace.storage.sqlite.internal.query;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.filter.AttributeCriterion;
import io.llmtrace.storage.filter.Criterion;
import io.llmtrace.storage.filter.FilterExpression;
import io.llmtrace.storage.filter.QueryFilter;
import io.llmtrace.storage.spi.QueryTexts;
import io.llmtrace.storage.sqlite.internal.engine.Condition;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
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

    /** Fields for whose filters it matters whether they select few spans. */
    private static final Set<SpanField<?>> WITH_RULES = Set.of(
            SpanField.TEXT,
            SpanField.SECURITY_SCORE,
            SpanField.FINDING_TYPE,
            SpanField.FINDING_SEVERITY,
            SpanField.ACTION_NAME);

    private final SqliteConnection connection;
    private final TraceQuery query;
    private final long tenant;
    private final SpanConditions conditions;

    SpanFilter(SqliteConnection connection, TraceQuery query, long tenant) {
        this.connection = connection;
        this.query = query;
        this.tenant = tenant;
        this.conditions = new SpanConditions(connection, tenant, times());
    }

    /** Returns a condition for the spans that pass all filters. */
    Condition condition() throws SQLException {
        if (!QueryTexts.areUnicode(query)) {
            return Condition.NEVER;
        }
        List<Condition> filters = new ArrayList<>();
        addFields(filters);
        addTags(filters);
        addScore(filters);
        addFinding(filters);
        addAction(filters);
        for (FilterExpression condition : query.furtherConditions()) {
            if (!condition.isAboutFinding()
                    && SpanConditions.alternatives(condition).isEmpty()) {
                filters.add(conditions.of(condition));
            }
        }
        List<Condition> rows = new ArrayList<>();
        addRareValues(rows);
        addAttributes(rows, filters);
        // Spans that are found by their rows or their trace must not be searched among all spans of the tenant.
        boolean byTrace = query.criteria().stream()
                .anyMatch(criterion -> criterion.filter().field().equals(SpanField.TRACE_ID));
        boolean byRowsOrTrace = !rows.isEmpty() || byTrace;
        List<Condition> all = new ArrayList<>(rows);
        all.add(Condition.of((byRowsOrTrace ? "+" : "") + "s.tenant = ?", tenant));
        all.addAll(filters);
        if (query.text() != null) {
            all.add(TextIndex.withTokens(connection, query.terms(), Condition.all(all)));
        }
        if (!query.phrases().isEmpty()) {
            all.add(PhraseSearch.of(connection, query.phrases(), Condition.all(all)));
        }
        return Condition.all(all);
    }

    /** Adds the conditions on attributes to those that find few spans by their rows, or to the other filters. */
    private void addAttributes(List<Condition> rows, List<Condition> filters) throws SQLException {
        for (FilterExpression condition : query.furtherConditions()) {
            List<AttributeCriterion> anyOf = SpanConditions.alternatives(condition);
            if (!anyOf.isEmpty()) {
                List<Condition> others = new ArrayList<>(filters);
                others.add(0, Condition.of("s.tenant = ?", tenant));
                TextIndex.Rows found = TextIndex.withAttributes(connection, tenant, anyOf, Condition.all(others));
                (found.selectsFew() ? rows : filters).add(found.condition());
            }
        }
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
        return query.criteria().stream().anyMatch(SpanFilter::isIndexed)
                || query.furtherConditions().stream()
                        .anyMatch(condition ->
                                !SpanConditions.alternatives(condition).isEmpty());
    }

    private static boolean isIndexed(Criterion<?> criterion) {
        QueryFilter.Comparison comparison = criterion.filter().comparison();
        if (comparison == QueryFilter.Comparison.PRESENT || comparison == QueryFilter.Comparison.MATCHES) {
            return false;
        }
        SpanField<?> field = criterion.filter().field();
        return field.tagKey() != null
                || INDEXED.contains(field)
                || (field.equals(SpanField.STATUS) && criterion.value() == SpanStatus.ERROR);
    }

    /** Adds the rows of the spans that have a value which few spans have, as most sessions and users are. */
    private void addRareValues(List<Condition> all) throws SQLException {
        addRareValue(all, ValueTokens.Field.SESSION_ID);
        addRareValue(all, ValueTokens.Field.USER_ID);
        addRareValue(all, ValueTokens.Field.MODEL);
    }

    private void addRareValue(List<Condition> all, ValueTokens.Field field) throws SQLException {
        for (Criterion<?> criterion : query.criteria()) {
            if (criterion.filter().field().equals(field.field())
                    && criterion.filter().comparison() == QueryFilter.Comparison.EQUAL) {
                String token = ValueTokens.of(tenant, field, criterion.valueText());
                Condition rows = TextIndex.withValueToken(connection, token, conditions.of(criterion));
                if (rows != null) {
                    all.add(rows);
                }
            }
        }
    }

    private void addTimes(List<Condition> all) throws SQLException {
        for (Criterion<?> time : times()) {
            all.add(conditions.of(time));
        }
    }

    private List<Criterion<?>> times() {
        List<Criterion<?>> times = new ArrayList<>();
        for (Criterion<?> criterion : query.criteria()) {
            if (criterion.filter().field().equals(SpanField.START_TIME)) {
                times.add(criterion);
            }
        }
        return times;
    }

    /** Adds the filters for which it does not matter how many spans they select. */
    private void addFields(List<Condition> all) throws SQLException {
        for (Criterion<?> criterion : query.criteria()) {
            boolean isPresence = criterion.filter().comparison() == QueryFilter.Comparison.PRESENT;
            if (isPresence || !hasRule(criterion)) {
                all.add(conditions.of(criterion));
            }
        }
    }

    private static boolean hasRule(Criterion<?> criterion) {
        SpanField<?> field = criterion.filter().field();
        boolean isTag = field.tagKey() != null && criterion.filter().comparison() == QueryFilter.Comparison.EQUAL;
        return isTag || WITH_RULES.contains(field);
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
        List<FilterExpression> ofFinding = query.findingConditions();
        if (ofFinding.isEmpty()) {
            return;
        }
        String type = query.value(SpanField.FINDING_TYPE);
        Long typeId = type == null ? null : connection.dictionary().idOf(type);
        // There is no index by severity alone.
        boolean few = typeId != null && isFew("findings WHERE finding_type = ?", typeId);
        all.add(conditions.hasFinding(ofFinding, few));
    }

    private void addAction(List<Condition> all) throws SQLException {
        for (Criterion<?> criterion : query.criteria()) {
            if (criterion.filter().field().equals(SpanField.ACTION_NAME)) {
                boolean isName = criterion.filter().comparison() == QueryFilter.Comparison.EQUAL;
                Long name = isName ? connection.dictionary().idOf(criterion.valueText()) : null;
                all.add(conditions.hasAction(criterion, name != null && isFew("actions WHERE name = ?", name)));
            }
        }
    }

    private boolean isFew(String fromWhere, @Nullable Object... parameters) throws SQLException {
        return connection.number(
                        "SELECT count(*) FROM (SELECT 1 FROM " + fromWhere + " LIMIT " + (FEW + 1) + ")", parameters)
                <= FEW;
    }
}
