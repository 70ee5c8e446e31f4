package io.llmtrace.storage.sqlite;

import io.llmtrace.model.TraceSpan;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Words of the text index that stand for whole values of a span, so that the few spans of a session are found among millions.
 * They begin with a sign that is in no word of a text, and are the hash of a value: who looks for one compares the value, too.
 */
final class ValueWords {

    private static final char MARK = '¶';

    private ValueWords() {}

    /** What can be looked for. */
    enum Field {
        SPAN_ID,
        SESSION_ID,
        USER_ID,
        MODEL
    }

    /** All of a span. */
    static List<String> of(long tenant, TraceSpan span) {
        List<String> words = new ArrayList<>(Field.values().length);
        add(words, tenant, Field.SPAN_ID, span.spanId().toString());
        add(words, tenant, Field.SESSION_ID, span.sessionId());
        add(words, tenant, Field.USER_ID, span.userId());
        add(words, tenant, Field.MODEL, span.modelName());
        return words;
    }

    static String of(long tenant, Field field, String value) {
        String key = tenant + "/" + field + "/" + value;
        UUID hash = UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8));
        return MARK + Long.toHexString(hash.getMostSignificantBits());
    }

    private static void add(List<String> words, long tenant, Field field, @Nullable String value) {
        if (value != null) {
            words.add(of(tenant, field, value));
        }
    }
}
