package io.llmtrace.storage.sqlite.internal.query;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.Times;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.filter.AttributeCriterion;
import io.llmtrace.storage.filter.Criterion;
import io.llmtrace.storage.filter.FilterExpression;
import io.llmtrace.storage.filter.IdPrefix;
import io.llmtrace.storage.filter.QueryFilter;
import io.llmtrace.storage.spi.QueryTexts;
import io.llmtrace.storage.sqlite.internal.engine.Condition;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.read.SpanColumn;
import io.llmtrace.storage.sqlite.internal.read.SpanColumns;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Filters and their combinations as SQL on {@code s}, a row of {@code spans} of one tenant. {@link SpanFilter} has further rules for
 * the filters by which an index leads to few spans.
 */
final class SpanConditions {

    private static final String NAMES_LIKE =
            "(SELECT id FROM names WHERE " + SqliteConnection.MATCHES_WILDCARDS + "(name, ?))";

    private final SqliteConnection connection;
    private final long tenant;

    /** A condition that every span fulfils for which a condition of this instance matters. */
    private final Condition scope;

    /** @param times the times that the query asks for, where they limit the spans whose texts must be read */
    SpanConditions(SqliteConnection connection, long tenant, Collection<Criterion<?>> times) {
        this.connection = connection;
        this.tenant = tenant;
        List<Condition> all = new ArrayList<>();
        all.add(Condition.of("s.tenant = ?", tenant));
        SpanColumn<?> start = SpanColumns.of(SpanField.START_TIME);
        times.forEach(time -> all.add(
                time.filter().comparison() == QueryFilter.Comparison.AT_LEAST
                        ? atLeast(start, time.value())
                        : atMost(start, time.value())));
        this.scope = Condition.all(all);
    }

    /** Returns the condition that a span passes an expression; it may be null in SQL, where a span lacks a value. */
    Condition of(FilterExpression expression) throws SQLException {
        if (expression instanceof Criterion<?> criterion) {
            return of(criterion);
        }
        List<AttributeCriterion> attributes = alternatives(expression);
        if (!attributes.isEmpty()) {
            return TextIndex.withAttributes(connection, tenant, attributes, Condition.of("s.tenant = ?", tenant))
                    .condition();
        }
        if (expression instanceof FilterExpression.Not not) {
            return of(not.operand()).within("NOT coalesce((", "), FALSE)");
        }
        if (expression instanceof FilterExpression.Any any) {
            return Condition.any(each(any.operands()));
        }
        if (expression instanceof FilterExpression.SomeSpan some) {
            return someSpan(some.operand());
        }
        List<FilterExpression> operands = ((FilterExpression.All) expression).operands();
        List<FilterExpression> ofFinding =
                operands.stream().filter(FilterExpression::isAboutFinding).toList();
        List<Condition> all = new ArrayList<>(each(
                operands.stream().filter(operand -> !operand.isAboutFinding()).toList()));
        if (!ofFinding.isEmpty()) {
            all.add(hasFinding(ofFinding, false));
        }
        return Condition.all(all);
    }

    /** Returns the conditions on attributes of which an expression requires one; empty if it requires anything else. */
    static List<AttributeCriterion> alternatives(FilterExpression expression) {
        if (expression instanceof AttributeCriterion attribute) {
            return List.of(attribute);
        }
        boolean areAttributes = expression instanceof FilterExpression.Any any
                && any.operands().stream().allMatch(AttributeCriterion.class::isInstance);
        return areAttributes ? expression.attributes() : List.of();
    }

    private List<Condition> each(List<FilterExpression> expressions) throws SQLException {
        List<Condition> conditions = new ArrayList<>();
        for (FilterExpression expression : expressions) {
            conditions.add(of(expression));
        }
        return conditions;
    }

    /** Returns the condition that the trace of a span has a span that passes; such spans are found as those of a query. */
    private Condition someSpan(FilterExpression expression) throws SQLException {
        TraceQuery query =
                TraceQuery.builder(TextIndex.ANY_TENANT).where(expression).build();
        return new SpanFilter(connection, query, tenant)
                .condition()
                .within("s.trace IN (SELECT s.trace FROM spans s WHERE ", ")");
    }

    /** Returns the condition that a span passes a criterion. */
    Condition of(Criterion<?> criterion) throws SQLException {
        if (!QueryTexts.isUnicode(criterion)) {
            return Condition.NEVER;
        }
        SpanField<?> field = criterion.filter().field();
        if (criterion.filter().comparison() == QueryFilter.Comparison.PRESENT) {
            return presence(field, (Boolean) criterion.value());
        }
        if (field.isFilteredByWords()) {
            return words(criterion);
        }
        if (criterion.isAboutFinding()) {
            return hasFinding(List.of(criterion), false);
        }
        if (field.equals(SpanField.ACTION_NAME)) {
            return hasAction(criterion, false);
        }
        List<IdPrefix.Range> ids = criterion.idRanges();
        if (field.equals(SpanField.TRACE_ID)) {
            if (!ids.isEmpty()) {
                return inRanges("trace_id", ids)
                        .within("s.trace IN (SELECT id FROM traces WHERE tenant = " + tenant + " AND ", ")");
            }
            return Condition.of(
                    "s.trace = (SELECT id FROM traces WHERE trace_id = ? AND tenant = ?)", criterion.value(), tenant);
        }
        String key = field.tagKey();
        if (key != null) {
            return hasTag(key, criterion);
        }
        SpanColumn<?> column = SpanColumns.of(field);
        return ids.isEmpty() ? compare(criterion, column) : inRanges(column.expression(), ids);
    }

    private Condition words(Criterion<?> criterion) throws SQLException {
        Condition words = TextIndex.withTokens(connection, criterion.terms(), scope);
        return criterion.phrases().isEmpty()
                ? words
                : words.and(PhraseSearch.of(connection, criterion.phrases(), scope.and(words)));
    }

    private static Condition inRanges(String column, List<IdPrefix.Range> ids) {
        return Condition.any(ids.stream()
                .map(range -> Condition.of(column + " BETWEEN ? AND ?", range.first(), range.last()))
                .toList());
    }

    private Condition compare(Criterion<?> criterion, SpanColumn<?> column) throws SQLException {
        return switch (criterion.filter().comparison()) {
            case EQUAL -> equal(column, criterion);
            case MATCHES ->
                column.type() == SpanColumn.Type.NAME
                        ? Condition.of(column.expression() + " IN " + NAMES_LIKE, criterion.valueText())
                        : Condition.of(
                                SqliteConnection.MATCHES_WILDCARDS + "(" + column.expression() + ", ?)",
                                criterion.valueText());
            case AT_LEAST -> atLeast(column, criterion.value());
            case AT_MOST -> atMost(column, criterion.value());
            case PRESENT, WORDS -> throw new IllegalArgumentException("not compared with a column: " + criterion);
        };
    }

    /** {@link Times#toNanos} cuts a bound that cannot be stored to the nearest time that can, which would then match. */
    private static Condition atLeast(SpanColumn<?> column, Object bound) {
        String comparison = column.expression() + " >= ?";
        if (bound instanceof Instant time) {
            return time.isAfter(Times.LATEST) ? Condition.NEVER : Condition.of(comparison, Times.toNanos(time));
        }
        return Condition.of(comparison, bound);
    }

    private static Condition atMost(SpanColumn<?> column, Object bound) {
        String comparison = column.expression() + " <= ?";
        if (bound instanceof Instant time) {
            return time.isBefore(Times.EARLIEST) ? Condition.NEVER : Condition.of(comparison, Times.toNanos(time));
        }
        return Condition.of(comparison, bound);
    }

    private Condition equal(SpanColumn<?> column, Criterion<?> criterion) throws SQLException {
        String value = criterion.valueText();
        return switch (column.type()) {
            case NAME -> {
                Long id = connection.dictionary().idOf(value);
                yield id == null ? Condition.NEVER : Condition.of(column.expression() + " = ?", id);
            }
            case TEXT -> Condition.of(column.expression() + " = ?", value);
            case ID -> Condition.of(column.expression() + " = ?", criterion.value());
            case ERROR_FLAG ->
                Condition.of(column.expression() + (value.equals(SpanStatus.ERROR.text()) ? " = 1" : " IS NULL"));
            case INTEGER, TIME, REAL, JSON, TAG_SET ->
                throw new IllegalArgumentException("not compared with one value: " + column);
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

    private Condition hasTag(String key, Criterion<?> criterion) {
        String value = isPattern(criterion) ? SqliteConnection.MATCHES_WILDCARDS + "(g.value, ?)" : "g.value = ?";
        return Condition.of(
                "EXISTS (SELECT 1 FROM tags g WHERE g.tenant = ? AND g.key = ? AND " + value
                        + " AND g.tag_set = s.tag_set)",
                tenant,
                key,
                criterion.valueText());
    }

    /**
     * Returns the condition that one finding of a span passes all expressions.
     *
     * @param few whether few spans have such a finding, so that they should be found through it
     */
    Condition hasFinding(List<FilterExpression> expressions, boolean few) throws SQLException {
        List<Condition> all = new ArrayList<>();
        for (FilterExpression expression : expressions) {
            all.add(ofFinding(expression));
        }
        return Condition.of("s.finding_count IS NOT NULL").and(hasDetail("findings", Condition.all(all), few));
    }

    private Condition ofFinding(FilterExpression expression) throws SQLException {
        if (expression instanceof Criterion<?> criterion) {
            return QueryTexts.isUnicode(criterion) ? ofFinding(criterion) : Condition.NEVER;
        }
        List<Condition> operands = new ArrayList<>();
        if (expression instanceof FilterExpression.Any any) {
            for (FilterExpression operand : any.operands()) {
                operands.add(ofFinding(operand));
            }
            return Condition.any(operands);
        }
        for (FilterExpression operand : ((FilterExpression.All) expression).operands()) {
            operands.add(ofFinding(operand));
        }
        return Condition.all(operands);
    }

    private Condition ofFinding(Criterion<?> criterion) throws SQLException {
        return criterion.filter().field().equals(SpanField.FINDING_TYPE)
                ? name("d.finding_type", criterion)
                : Condition.of("d.severity = ?", criterion.valueText());
    }

    /**
     * Returns the condition that a span has an action.
     *
     * @param few whether few spans have such an action, so that they should be found through it
     */
    Condition hasAction(Criterion<?> criterion, boolean few) throws SQLException {
        return Condition.of("s.action_count IS NOT NULL").and(hasDetail("actions", name("d.name", criterion), few));
    }

    /** Returns the condition that a column with ids of names has the name, or one that matches. */
    private Condition name(String column, Criterion<?> criterion) throws SQLException {
        if (isPattern(criterion)) {
            return Condition.of(column + " IN " + NAMES_LIKE, criterion.valueText());
        }
        Long id = connection.dictionary().idOf(criterion.valueText());
        return id == null ? Condition.NEVER : Condition.of(column + " = ?", id);
    }

    private static boolean isPattern(Criterion<?> criterion) {
        return criterion.filter().comparison() == QueryFilter.Comparison.MATCHES;
    }

    /** Returns the condition that a span has a row {@code d} in a table of its details. */
    private static Condition hasDetail(String table, Condition detail, boolean few) {
        return few
                ? detail.within("s.id IN (SELECT d.span FROM " + table + " d WHERE ", ")")
                : detail.within("EXISTS (SELECT 1 FROM " + table + " d WHERE d.span = s.id AND ", ")");
    }
}
