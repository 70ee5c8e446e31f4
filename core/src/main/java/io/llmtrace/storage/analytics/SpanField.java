package io.llmtrace.storage.analytics;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.TraceSpan;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Something that spans have values of, named as the filter for it.
 *
 * @param tagKey of {@link Column#TAG_VALUE} alone
 */
public record SpanField(Column column, @Nullable String tagKey) {

    public static final SpanField PROVIDER = new SpanField(Column.PROVIDER, null);
    public static final SpanField MODEL_NAME = new SpanField(Column.MODEL_NAME, null);
    public static final SpanField OPERATION_NAME = new SpanField(Column.OPERATION_NAME, null);
    public static final SpanField KIND = new SpanField(Column.KIND, null);
    public static final SpanField SESSION_ID = new SpanField(Column.SESSION_ID, null);
    public static final SpanField USER_ID = new SpanField(Column.USER_ID, null);
    public static final SpanField SERVICE_NAME = new SpanField(Column.SERVICE_NAME, null);
    public static final SpanField STATUS = new SpanField(Column.STATUS, null);
    public static final SpanField FINISH_REASON = new SpanField(Column.FINISH_REASON, null);
    /** Of several values. */
    public static final SpanField FINDING_TYPE = new SpanField(Column.FINDING_TYPE, null);
    /** Of several values. */
    public static final SpanField FINDING_SEVERITY = new SpanField(Column.FINDING_SEVERITY, null);
    /** Names of agent actions, such as those of tools; of several values. */
    public static final SpanField ACTION_NAME = new SpanField(Column.ACTION_NAME, null);
    /** The keys of tags; of several values. */
    public static final SpanField TAG = new SpanField(Column.TAG, null);

    private static final String TAG_PREFIX = "tag.";

    /** Where the values are. */
    public enum Column {
        PROVIDER,
        MODEL_NAME,
        OPERATION_NAME,
        KIND,
        SESSION_ID,
        USER_ID,
        SERVICE_NAME,
        STATUS,
        FINISH_REASON,
        FINDING_TYPE,
        FINDING_SEVERITY,
        ACTION_NAME,
        TAG,
        TAG_VALUE
    }

    public SpanField {
        Objects.requireNonNull(column, "column");
        if ((column == Column.TAG_VALUE) != (tagKey != null)) {
            throw new IllegalArgumentException("a tag's key is for TAG_VALUE, and only for it: " + column);
        }
    }

    /** The value of one tag. */
    public static SpanField tag(String key) {
        return new SpanField(Column.TAG_VALUE, Objects.requireNonNull(key, "key"));
    }

    /** @throws IllegalArgumentException if there is no such field */
    public static SpanField ofText(String text) {
        if (text.startsWith(TAG_PREFIX) && text.length() > TAG_PREFIX.length()) {
            return tag(text.substring(TAG_PREFIX.length()));
        }
        return plain().filter(field -> field.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("not a field ["
                        + plain().map(SpanField::text).collect(Collectors.joining(", ")) + ", tag.{key}]: '" + text
                        + "'"));
    }

    /** The name in a request, such as {@code model_name} or {@code tag.env}. */
    public String text() {
        return tagKey == null ? column.name().toLowerCase(Locale.ROOT) : TAG_PREFIX + tagKey;
    }

    /** Whether a span has at most one value of it. */
    public boolean isOfOneValue() {
        return switch (column) {
            case FINDING_TYPE, FINDING_SEVERITY, ACTION_NAME, TAG -> false;
            default -> true;
        };
    }

    /** The definition of the values: each once, possibly none. */
    public Set<String> valuesOf(TraceSpan span) {
        return switch (column) {
            case PROVIDER ->
                optional(span.provider() == null ? null : span.provider().name());
            case MODEL_NAME -> optional(span.modelName());
            case OPERATION_NAME -> Set.of(span.operationName());
            case KIND -> Set.of(span.kind().text());
            case SESSION_ID -> optional(span.sessionId());
            case USER_ID -> optional(span.userId());
            case SERVICE_NAME -> optional(span.serviceName());
            case STATUS -> Set.of(span.status().text());
            case FINISH_REASON -> optional(span.finishReason());
            case FINDING_TYPE ->
                span.securityFindings().stream()
                        .map(SecurityFinding::findingType)
                        .collect(Collectors.toUnmodifiableSet());
            case FINDING_SEVERITY ->
                span.securityFindings().stream()
                        .map(finding -> finding.severity().text())
                        .collect(Collectors.toUnmodifiableSet());
            case ACTION_NAME ->
                span.agentActions().stream().map(AgentAction::name).collect(Collectors.toUnmodifiableSet());
            case TAG -> span.tags().keySet();
            case TAG_VALUE -> optional(span.tags().get(tagKey));
        };
    }

    /** The value of a field of one value. */
    public @Nullable String valueOf(TraceSpan span) {
        List<String> values = List.copyOf(valuesOf(span));
        return values.isEmpty() ? null : values.get(0);
    }

    @Override
    public String toString() {
        return text();
    }

    private static Stream<SpanField> plain() {
        return Arrays.stream(Column.values())
                .filter(column -> column != Column.TAG_VALUE)
                .map(column -> new SpanField(column, null));
    }

    private static Set<String> optional(@Nullable String value) {
        return value == null ? Set.of() : Set.of(value);
    }
}
