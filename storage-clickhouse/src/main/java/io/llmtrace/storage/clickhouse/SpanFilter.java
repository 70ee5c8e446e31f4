package io.llmtrace.storage.clickhouse;

import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.Times;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.spi.QueryTexts;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A query's filters as SQL on a row of {@code spans}. */
final class SpanFilter {

    private static final Condition NEVER = Condition.of("FALSE");

    /** The same expression as that of the index {@code words}: only so does the server use it. */
    private static final String WORDS =
            "lower(concat(operation_name, ' ', ifNull(prompt, ''), ' ', ifNull(response, ''), ' ', more_words))";

    private static final int LONGEST_PARAMETER = 10_000;

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
        addEqual(
                all,
                "provider",
                query.provider() == null ? null : query.provider().name());
        addEqual(all, "model_name", query.modelName());
        addEqual(all, "operation_name", query.operationName());
        addEqual(all, "kind", query.kind() == null ? null : query.kind().text());
        addEqual(all, "session_id", query.sessionId());
        addEqual(all, "user_id", query.userId());
        addEqual(all, "service_name", query.serviceName());
        addBound(all, "security_score", ">=", "Int32", query.minSecurityScore());
        addBound(all, "security_score", "<=", "Int32", query.maxSecurityScore());
        addBound(all, "duration_ms", ">=", "UInt64", query.minDurationMs());
        addBound(all, "duration_ms", "<=", "UInt64", query.maxDurationMs());
        addBound(all, "estimated_cost_usd", ">=", "Float64", query.minCostUsd());
        addBound(all, "estimated_cost_usd", "<=", "Float64", query.maxCostUsd());
        if (query.status() != null) {
            all.add(Condition.of(query.status() == SpanStatus.ERROR ? "is_error" : "NOT is_error"));
        }
        addFinding(all, query);
        if (query.actionName() != null) {
            Condition name = equal("a", "action_name", query.actionName());
            all.add(new Condition("arrayExists(a -> " + name.sql() + ", action_names)", name.parameters()));
        }
        addTags(all, query.tags());
        addWords(all, query);
        return Condition.all(all);
    }

    /** What the table's key alone says of the times that are asked for. */
    static Condition hours(TraceQuery query) {
        List<Condition> all = new ArrayList<>();
        all.add(Condition.of("tenant_id = {tenant:UUID}", "tenant", query.tenantId()));
        if (query.startTime() != null) {
            int from = Row.hourOf(Times.toNanos(query.startTime()));
            all.add(Condition.of("start_hour >= {from_hour:Int32}", "from_hour", from));
        }
        if (query.endTime() != null) {
            int to = Row.hourOf(Times.toNanos(query.endTime()));
            all.add(Condition.of("start_hour <= {to_hour:Int32}", "to_hour", to));
        }
        return Condition.all(all);
    }

    private static void addTime(List<Condition> all, TraceQuery query) {
        if (query.startTime() != null) {
            // Bounds beyond what can be stored are cut to its ends, and would take in what lies there.
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
        List<Condition> ofFinding = new ArrayList<>();
        if (query.findingType() != null) {
            ofFinding.add(equal("t", "finding_type", query.findingType()));
        }
        if (query.findingSeverity() != null) {
            ofFinding.add(equal("s", "finding_severity", query.findingSeverity().text()));
        }
        if (!ofFinding.isEmpty()) {
            Condition finding = Condition.all(ofFinding);
            all.add(new Condition(
                    "arrayExists((t, s) -> " + finding.sql() + ", finding_types, finding_severities)",
                    finding.parameters()));
        }
    }

    private static void addTags(List<Condition> all, Map<String, String> tags) {
        int i = 0;
        for (Map.Entry<String, String> tag : tags.entrySet()) {
            String key = "tag_key_" + i;
            String value = "tag_value_" + i++;
            Map<String, Object> parameters = Map.of(key, parameter(tag.getKey()), value, parameter(tag.getValue()));
            // A key that is not there has the empty value, too; and an empty key is never found in this way.
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

    /** A request has no room for a long value: then its hash is compared. */
    static Condition equal(String expression, String name, String value) {
        String compared = isLong(value) ? "hex(SHA256(" + expression + "))" : expression;
        return Condition.of(compared + " = {" + name + ":String}", name, parameter(value));
    }

    static String parameter(String value) {
        return isLong(value) ? sha256(value) : value;
    }

    static boolean isLong(String value) {
        return value.length() > LONGEST_PARAMETER;
    }

    private static String sha256(String value) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().withUpperCase().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    private static void addWords(List<Condition> all, TraceQuery query) {
        int i = 0;
        for (String word : query.words()) {
            String name = "word_" + i++;
            all.add(Condition.of("hasToken(" + WORDS + ", {" + name + ":String})", name, word));
        }
    }

    private static void addEqual(List<Condition> all, String column, @Nullable String value) {
        if (value != null) {
            all.add(equal(column, column, value));
        }
    }

    private static void addBound(
            List<Condition> all, String column, String operator, String type, @Nullable Object value) {
        if (value != null) {
            String name = (operator.equals(">=") ? "min_" : "max_") + column;
            all.add(Condition.of(column + " " + operator + " {" + name + ":" + type + "}", name, value));
        }
    }
}
