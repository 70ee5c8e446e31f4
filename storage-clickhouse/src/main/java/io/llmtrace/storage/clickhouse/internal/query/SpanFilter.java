package io.llmtrace.storage.clickhouse.internal.query;

import io.llmtrace.model.SearchTerm;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.Times;
import io.llmtrace.storage.Criterion;
import io.llmtrace.storage.QueryFilter;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.clickhouse.internal.engine.Condition;
import io.llmtrace.storage.clickhouse.internal.read.IndexedTokens;
import io.llmtrace.storage.clickhouse.internal.read.SpanColumns;
import io.llmtrace.storage.clickhouse.internal.read.StartHours;
import io.llmtrace.storage.spi.QueryTexts;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Translates the filters of a query to SQL conditions on a row of {@code spans}. */
final class SpanFilter {

    private static final Condition NEVER = Condition.of("FALSE");

    /** The most characters of a value sent as it is; a request has no room for longer ones. */
    private static final int MAX_PARAMETER_CHARACTERS = 10_000;

    /** Fields whose filters are more than a comparison with a column. */
    private static final Set<SpanField<?>> WITH_RULES = Set.of(
            SpanField.START_TIME,
            SpanField.TRACE_ID,
            SpanField.STATUS,
            SpanField.FINDING_TYPE,
            SpanField.FINDING_SEVERITY,
            SpanField.ACTION_NAME,
            SpanField.TEXT);

    private SpanFilter() {}

    static Condition of(TraceQuery query) {
        List<Condition> all = new ArrayList<>();
        all.add(hours(query));
        all.add(Condition.of("row_kind != 2"));
        if (!QueryTexts.areUnicode(query)) {
            all.add(NEVER);
            return Condition.all(all);
        }
        addTime(all, query);
        if (query.traceId() != null) {
            all.add(Condition.of("trace_id = {trace_id:UUID}", "trace_id", query.traceId()));
        }
        for (Criterion<?> criterion : query.criteria()) {
            SpanField<?> field = criterion.filter().field();
            if (criterion.filter().comparison() == QueryFilter.Comparison.PRESENT) {
                all.add(presence(field, (Boolean) criterion.value(), "has_" + all.size()));
            } else if (field.tagKey() == null && !WITH_RULES.contains(field)) {
                all.add(compare(criterion, SpanColumns.nameOf(field)));
            }
        }
        SpanStatus status = query.value(SpanField.STATUS);
        if (status != null) {
            all.add(Condition.of(status == SpanStatus.ERROR ? "is_error" : "NOT is_error"));
        }
        addFinding(all, query);
        String action = query.value(SpanField.ACTION_NAME);
        if (action != null) {
            Condition name = equal("a", "action_name", action);
            all.add(new Condition("arrayExists(a -> " + name.sql() + ", action_names)", name.parameters()));
        }
        addTags(all, query.tags());
        addTokens(all, query);
        return Condition.all(all);
    }

    /** Returns the part of the condition that the table's key alone can answer: the tenant and the hours of the requested times. */
    static Condition hours(TraceQuery query) {
        List<Condition> all = new ArrayList<>();
        all.add(Condition.of("tenant_id = {tenant:UUID}", "tenant", query.tenantId()));
        if (query.startTime() != null) {
            int from = StartHours.of(Times.toNanos(query.startTime()));
            all.add(Condition.of("start_hour >= {from_hour:Int32}", "from_hour", from));
        }
        if (query.endTime() != null) {
            int to = StartHours.of(Times.toNanos(query.endTime()));
            all.add(Condition.of("start_hour <= {to_hour:Int32}", "to_hour", to));
        }
        return Condition.all(all);
    }

    private static void addTime(List<Condition> all, TraceQuery query) {
        if (query.startTime() != null) {
            // Times.toNanos clamps to the range that can be stored; a clamped bound would include spans at its very
            // end.
            if (query.startTime().isAfter(Times.LATEST)) {
                all.add(NEVER);
            }
            long from = Times.toNanos(query.startTime());
            all.add(Condition.of("start_time >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')", "from", from));
        }
        if (query.endTime() != null) {
            if (query.endTime().isBefore(Times.EARLIEST)) {
                all.add(NEVER);
            }
            long to = Times.toNanos(query.endTime());
            all.add(Condition.of("start_time <= fromUnixTimestamp64Nano({to:Int64}, 'UTC')", "to", to));
        }
    }

    private static void addFinding(List<Condition> all, TraceQuery query) {
        List<Condition> finding = new ArrayList<>();
        String type = query.value(SpanField.FINDING_TYPE);
        if (type != null) {
            finding.add(equal("t", "finding_type", type));
        }
        Severity severity = query.value(SpanField.FINDING_SEVERITY);
        if (severity != null) {
            finding.add(equal("s", "finding_severity", severity.text()));
        }
        if (!finding.isEmpty()) {
            Condition both = Condition.all(finding);
            all.add(new Condition(
                    "arrayExists((t, s) -> " + both.sql() + ", finding_types, finding_severities)", both.parameters()));
        }
    }

    private static void addTags(List<Condition> all, Map<String, String> tags) {
        int i = 0;
        for (Map.Entry<String, String> tag : tags.entrySet()) {
            String key = "tag_key_" + i;
            String value = "tag_value_" + i++;
            Map<String, Object> parameters = Map.of(key, parameter(tag.getKey()), value, parameter(tag.getValue()));
            // tags[key] is empty for a missing key, too, and never finds an empty key.
            boolean empty = tag.getKey().isEmpty() || tag.getValue().isEmpty();
            if (empty || isLong(tag.getKey()) || isLong(tag.getValue())) {
                all.add(new Condition(
                        "arrayExists((k, v) -> " + equal("k", key, tag.getKey()).sql() + " AND "
                                + equal("v", value, tag.getValue()).sql() + ", mapKeys(tags), mapValues(tags))",
                        parameters));
                continue;
            }
            all.add(new Condition("tags[{" + key + ":String}] = {" + value + ":String}", parameters));
        }
    }

    /** Returns a comparison for equality; a long value is compared by its hash. */
    static Condition equal(String expression, String name, String value) {
        String compared = isLong(value) ? "hex(SHA256(" + expression + "))" : expression;
        return Condition.of(compared + " = {" + name + ":String}", name, parameter(value));
    }

    static String parameter(String value) {
        return isLong(value) ? sha256(value) : value;
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

    private static void addTokens(List<Condition> all, TraceQuery query) {
        int i = 0;
        for (SearchTerm term : query.terms()) {
            all.add(IndexedTokens.matching(term, "word_" + i++));
        }
    }

    private static Condition compare(Criterion<?> criterion, String column) {
        return switch (criterion.filter().comparison()) {
            case EQUAL -> equal(column, column, criterion.text());
            case AT_LEAST -> bound(column, ">=", "min_" + column, criterion);
            case AT_MOST -> bound(column, "<=", "max_" + column, criterion);
            case PRESENT, WORDS -> throw new IllegalArgumentException("not compared with a column: " + criterion);
        };
    }

    /**
     * @param parameter the name of a parameter that the statement has no other of
     */
    private static Condition presence(SpanField<?> field, boolean wanted, String parameter) {
        String not = wanted ? "" : "NOT ";
        if (field.tagKey() == null) {
            return Condition.of(not + "(" + SpanColumns.presenceOf(field) + ")");
        }
        Condition ofKey = equal("k", parameter, field.tagKey());
        return new Condition(not + "arrayExists(k -> " + ofKey.sql() + ", mapKeys(tags))", ofKey.parameters());
    }

    private static Condition bound(String column, String operator, String parameter, Criterion<?> criterion) {
        Object value = criterion.value();
        String type = value instanceof Double ? "Float64" : value instanceof Long ? "UInt64" : "Int32";
        return Condition.of(column + " " + operator + " {" + parameter + ":" + type + "}", parameter, value);
    }
}
