package io.llmtrace.storage.sqlite;

import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.analytics.SpanField;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Values of a field as SQLite has them: in most columns stand small integers. Per different one of these, something is kept,
 * which is found by its value in the end.
 */
final class FieldValues {

    /** Of one field in one answer: a bound on memory. */
    static final int MOST = 200_000;

    private static final String ERROR = "error";
    private static final String OK = "ok";

    private final Session session;
    private final SpanField field;

    FieldValues(Session session, SpanField field) {
        this.session = session;
        this.field = field;
    }

    interface Factory<T> {
        T create(Optional<String> value);
    }

    /** An expression over {@code s}; null where the span has no value. */
    String expression() {
        return switch (field.column()) {
            case PROVIDER -> "s.provider";
            case MODEL_NAME -> "s.model";
            case OPERATION_NAME -> "s.operation";
            case KIND -> "s.kind";
            case SESSION_ID -> "s.session_id";
            case USER_ID -> "s.user_id";
            case SERVICE_NAME -> "s.service";
            case STATUS -> "s.error";
            case FINISH_REASON -> "s.finish_reason";
            case TAG, TAG_VALUE -> "s.tag_set";
            case FINDING_TYPE, FINDING_SEVERITY, ACTION_NAME ->
                throw new IllegalStateException("in a table of its own: " + field);
        };
    }

    /** Something for each value, made when it is met first. */
    <T> Found<T> collect(Factory<T> factory) {
        return new Found<>(factory);
    }

    private boolean isText() {
        return switch (field.column()) {
            case KIND, SESSION_ID, USER_ID -> true;
            default -> false;
        };
    }

    private Optional<String> valueOf(@Nullable Object key) throws SQLException {
        return switch (field.column()) {
            case KIND, SESSION_ID, USER_ID -> Optional.ofNullable((String) key);
            case STATUS -> Optional.of(key == null ? OK : ERROR);
            case TAG_VALUE ->
                Optional.ofNullable(session.interned().tags((Long) key).get(field.tagKey()));
            case PROVIDER, MODEL_NAME, OPERATION_NAME, SERVICE_NAME, FINISH_REASON ->
                Optional.ofNullable(session.interned().nameOrNull((Long) key));
            case TAG, FINDING_TYPE, FINDING_SEVERITY, ACTION_NAME ->
                throw new IllegalStateException("of several values: " + field);
        };
    }

    /** Not safe for many threads. */
    final class Found<T> {
        private final Factory<T> factory;
        private final Map<Optional<String>, T> byValue = new HashMap<>();
        private final Map<@Nullable Object, T> byKey = new HashMap<>();

        private Found(Factory<T> factory) {
            this.factory = factory;
        }

        /** What is kept for the value in a row. */
        T at(ResultSet row, int column) throws SQLException {
            Object key = isText() ? row.getString(column) : SpanRow.longOrNull(row, column);
            T known = byKey.get(key);
            if (known != null) {
                return known;
            }
            Optional<String> value = valueOf(key);
            T kept = byValue.get(value);
            if (kept == null) {
                kept = factory.create(value);
                byValue.put(value, kept);
            }
            byKey.put(key, kept);
            requireFew(byKey.size(), field);
            return kept;
        }

        List<Map.Entry<Optional<String>, T>> all() {
            return List.copyOf(byValue.entrySet());
        }
    }

    static void requireFew(int count, Object of) {
        if (count > MOST) {
            throw new OverloadedException(
                    "more than " + MOST + " values of " + of + " among these spans: narrow the query, as by its times");
        }
    }
}
