package io.llmtrace.storage.clickhouse.internal.query;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.Times;
import io.llmtrace.storage.clickhouse.internal.engine.Condition;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.read.IndexedTokens;
import io.llmtrace.storage.clickhouse.internal.read.SpanColumns;
import io.llmtrace.storage.filter.AttributeCriterion;
import io.llmtrace.storage.filter.Criterion;
import io.llmtrace.storage.filter.FilterExpression;
import io.llmtrace.storage.filter.IdPrefix;
import io.llmtrace.storage.filter.QueryFilter;
import io.llmtrace.storage.filter.Wildcards;
import io.llmtrace.storage.spi.AttributeTokens;
import io.llmtrace.storage.spi.QueryTexts;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/** Filters and their combinations as SQL on a row of {@code spans}. All conditions of one instance may be in one statement. */
final class SpanConditions {

    static final Condition NEVER = Condition.of("FALSE");

    /** The most characters of a value sent as it is; a request has no room for longer ones. */
    private static final int MAX_PARAMETER_CHARACTERS = 10_000;

    private final Database database;
    private final UUID tenantId;
    private final Supplier<LatestVersionView> view;
    private final OutdatedAttributes outdated;

    /** A condition that every row fulfils for which the next condition matters. */
    private Condition scope;

    private int parameters;

    /** @param hours the hours that the query asks for, where they limit the rows whose texts must be read */
    SpanConditions(
            Database database,
            UUID tenantId,
            Condition hours,
            Supplier<LatestVersionView> view,
            OutdatedAttributes outdated) {
        this.database = database;
        this.tenantId = tenantId;
        this.scope = hours;
        this.view = view;
        this.outdated = outdated;
    }

    /** Returns the condition that a span passes an expression; it may be null in SQL, where a span lacks a value. */
    Condition of(FilterExpression expression) {
        if (expression instanceof Criterion<?> criterion) {
            return of(criterion);
        }
        if (expression instanceof AttributeCriterion criterion) {
            return attribute(criterion);
        }
        if (expression instanceof FilterExpression.Not not) {
            return of(not.operand()).within("NOT ifNull((", "), FALSE)");
        }
        if (expression instanceof FilterExpression.Any any) {
            return Condition.any(any.operands().stream().map(this::of).toList());
        }
        if (expression instanceof FilterExpression.SomeSpan some) {
            Condition outer = scope;
            scope = Condition.of("tenant_id = {tenant:UUID}", "tenant", tenantId); // it may be at any time
            Condition passes = of(some.operand());
            scope = outer;
            return someSpan(passes);
        }
        List<FilterExpression> operands = ((FilterExpression.All) expression).operands();
        List<FilterExpression> ofFinding =
                operands.stream().filter(FilterExpression::isAboutFinding).toList();
        List<Condition> all = new ArrayList<>();
        operands.stream()
                .filter(operand -> !operand.isAboutFinding())
                .map(this::of)
                .forEach(all::add);
        if (!ofFinding.isEmpty()) {
            all.add(hasFinding(ofFinding));
        }
        return Condition.all(all);
    }

    /** Returns the condition that the trace of a row has a span whose latest version passes. It is the same for all rows of a trace. */
    private Condition someSpan(Condition passes) {
        Condition spans = Condition.all(List.of(
                Condition.of("tenant_id = {tenant:UUID}", "tenant", tenantId), Condition.of("row_kind != 2"), passes));
        LatestVersionView.Table table = view.get().table(Map.of("trace", "trace_id"), spans);
        return new Condition("trace_id IN (SELECT trace FROM " + table.sql() + ")", table.parameters());
    }

    /** Returns the condition that a span passes a criterion. */
    Condition of(Criterion<?> criterion) {
        SpanField<?> field = criterion.filter().field();
        if (!QueryTexts.isUnicode(criterion)) {
            return NEVER;
        }
        if (criterion.filter().comparison() == QueryFilter.Comparison.PRESENT) {
            return presence(field, (Boolean) criterion.value());
        }
        if (field.isFilteredByWords()) {
            Condition words = Condition.all(criterion.terms().stream()
                    .map(term -> IndexedTokens.matching(term, parameter()))
                    .toList());
            return criterion.phrases().isEmpty()
                    ? words
                    : new PhraseSearch(database, scope).of(criterion.phrases(), words, this::parameter);
        }
        if (criterion.isAboutFinding()) {
            return hasFinding(List.of(criterion));
        }
        if (field.equals(SpanField.ACTION_NAME)) {
            return text("a", criterion).within("arrayExists(a -> ", ", action_names)");
        }
        if (field.equals(SpanField.STATUS)) {
            return Condition.of(criterion.value() == SpanStatus.ERROR ? "is_error" : "NOT is_error");
        }
        String key = field.tagKey();
        if (key != null) {
            return hasTag(key, criterion);
        }
        return compare(criterion);
    }

    private Condition attribute(AttributeCriterion criterion) {
        if (!QueryTexts.isUnicode(criterion)) {
            return NEVER;
        }
        Condition indexed = IndexedTokens.matching(AttributeTokens.of(criterion), this::parameter);
        List<Condition> all = new ArrayList<>(List.of(indexed));
        all.addAll(outdated.matching(tenantId, criterion, this::parameter));
        return Condition.any(all);
    }

    private Condition compare(Criterion<?> criterion) {
        SpanField<?> field = criterion.filter().field();
        boolean isInKey = field.equals(SpanField.TRACE_ID)
                || field.equals(SpanField.SPAN_ID)
                || field.equals(SpanField.START_TIME);
        String column = isInKey ? field.name() : SpanColumns.nameOf(field);
        List<IdPrefix.Range> ids = criterion.idRanges();
        if (!ids.isEmpty()) {
            return Condition.any(
                    ids.stream().map(range -> inRange(column, range)).toList());
        }
        return switch (criterion.filter().comparison()) {
            case EQUAL, MATCHES ->
                criterion.value() instanceof UUID id ? bound(column, "=", "UUID", id) : text(column, criterion);
            case AT_LEAST -> atLeast(column, criterion.value());
            case AT_MOST -> atMost(column, criterion.value());
            case PRESENT, WORDS -> throw new IllegalArgumentException("not compared with a column: " + criterion);
        };
    }

    /** UUIDs compare by their second half first; as numbers, they have the order of their bytes. */
    private Condition inRange(String column, IdPrefix.Range range) {
        String number = "toUInt128(" + column + ")";
        String first = parameter();
        String last = parameter();
        return Condition.of(
                        number + " >= toUInt128({" + first + ":UUID}) AND " + number + " <= toUInt128({" + last
                                + ":UUID})",
                        first,
                        range.first())
                .with(last, range.last());
    }

    private Condition atLeast(String column, Object value) {
        if (value instanceof Instant time) {
            // Times.toNanos clamps to the range that can be stored; a clamped bound would include spans at its very
            // end.
            return time.isAfter(Times.LATEST) ? NEVER : ofTime(column, ">=", time);
        }
        return bound(column, ">=", typeOf(value), value);
    }

    private Condition atMost(String column, Object value) {
        if (value instanceof Instant time) {
            return time.isBefore(Times.EARLIEST) ? NEVER : ofTime(column, "<=", time);
        }
        return bound(column, "<=", typeOf(value), value);
    }

    private static String typeOf(Object value) {
        return value instanceof Double ? "Float64" : value instanceof Long ? "UInt64" : "Int32";
    }

    private Condition ofTime(String column, String operator, Instant time) {
        String name = parameter();
        return Condition.of(
                column + " " + operator + " fromUnixTimestamp64Nano({" + name + ":Int64}, 'UTC')",
                name,
                Times.toNanos(time));
    }

    private Condition bound(String column, String operator, String type, Object value) {
        String name = parameter();
        return Condition.of(column + " " + operator + " {" + name + ":" + type + "}", name, value);
    }

    private Condition presence(SpanField<?> field, boolean wanted) {
        String not = wanted ? "" : "NOT ";
        String key = field.tagKey();
        return key == null
                ? Condition.of(not + "(" + SpanColumns.presenceOf(field) + ")")
                : equal("k", parameter(), key).within(not + "arrayExists(k -> ", ", mapKeys(tags))");
    }

    private Condition hasTag(String key, Criterion<?> criterion) {
        String value = criterion.valueText();
        boolean isEqual = criterion.filter().comparison() == QueryFilter.Comparison.EQUAL;
        // tags[key] is empty for a missing key, too, and never finds an empty key.
        if (isEqual && !key.isEmpty() && !value.isEmpty() && !isLong(key) && !isLong(value)) {
            String name = parameter();
            return equal("tags[{" + name + ":String}]", parameter(), value).with(name, key);
        }
        return Condition.all(List.of(equal("k", parameter(), key), text("v", criterion)))
                .within("arrayExists((k, v) -> ", ", mapKeys(tags), mapValues(tags))");
    }

    /** Returns the condition that one finding of a span passes all expressions. */
    Condition hasFinding(List<FilterExpression> expressions) {
        return Condition.all(expressions.stream().map(this::ofFinding).toList())
                .within("arrayExists((t, s) -> ", ", finding_types, finding_severities)");
    }

    private Condition ofFinding(FilterExpression expression) {
        if (expression instanceof Criterion<?> criterion) {
            return !QueryTexts.isUnicode(criterion)
                    ? NEVER
                    : text(criterion.filter().field().equals(SpanField.FINDING_TYPE) ? "t" : "s", criterion);
        }
        return expression instanceof FilterExpression.Any any
                ? Condition.any(any.operands().stream().map(this::ofFinding).toList())
                : Condition.all(((FilterExpression.All) expression)
                        .operands().stream().map(this::ofFinding).toList());
    }

    /** Returns the condition that an expression has the text of a criterion, or matches its pattern. */
    private Condition text(String expression, Criterion<?> criterion) {
        String name = parameter();
        return criterion.filter().comparison() == QueryFilter.Comparison.MATCHES
                ? Condition.of(
                        expression + " LIKE {" + name + ":String}",
                        name,
                        IndexedTokens.likePattern(Wildcards.of(criterion.valueText())))
                : equal(expression, name, criterion.valueText());
    }

    /** Returns the name of a parameter that no other condition of this instance has. */
    private String parameter() {
        return "filter_" + parameters++;
    }

    /** Returns a comparison for equality; a long value is compared by its hash. */
    static Condition equal(String expression, String name, String value) {
        String compared = isLong(value) ? "hex(SHA256(" + expression + "))" : expression;
        return Condition.of(compared + " = {" + name + ":String}", name, isLong(value) ? sha256(value) : value);
    }

    static boolean isLong(String value) {
        return value.length() > MAX_PARAMETER_CHARACTERS;
    }

    private static String sha256(String value) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().withUpperCase().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
