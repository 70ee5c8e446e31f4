package io.llmtrace.storage.sqlite.internal.query;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tokens in the text index that stand for whole values of a span, so that the few spans of a session are found among millions.
 * They start with a character that no token of a text has, and are hashes: a search must compare the value itself as well.
 */
public final class ValueTokens {

    private static final char MARK = '¶';

    private ValueTokens() {}

    /** A field that has tokens. The name of the constant is part of the hash, so it must not change. */
    enum Field {
        SPAN_ID(SpanField.SPAN_ID, span -> span.spanId().toString()),
        SESSION_ID(SpanField.SESSION_ID, TraceSpan::sessionId),
        USER_ID(SpanField.USER_ID, TraceSpan::userId),
        MODEL(SpanField.MODEL_NAME, TraceSpan::modelName);

        private final SpanField<?> field;
        private final Function<TraceSpan, @Nullable String> value;

        Field(SpanField<?> field, Function<TraceSpan, @Nullable String> value) {
            this.field = field;
            this.value = value;
        }

        SpanField<?> field() {
            return field;
        }
    }

    /**
     * Returns the tokens of a span.
     *
     * @param tenant the row id of its tenant
     */
    public static List<String> of(long tenant, TraceSpan span) {
        List<String> tokens = new ArrayList<>(Field.values().length);
        for (Field field : Field.values()) {
            String value = field.value.apply(span);
            if (value != null) {
                tokens.add(of(tenant, field, value));
            }
        }
        return tokens;
    }

    static String of(long tenant, Field field, String value) {
        String key = tenant + "/" + field.name() + "/" + value;
        UUID hash = UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8));
        return MARK + Long.toHexString(hash.getMostSignificantBits());
    }
}
