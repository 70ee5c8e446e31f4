package io.llmtrace.storage;

import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One line of a list of spans or of the tree of a trace: the {@link SpanField#isListed() listed} fields of a span and a
 * {@link SpanDigest digest} of its large values. Two outlines are equal if their fields and digests are.
 */
public final class SpanOutline {

    private static final List<SpanField<?>> LISTED =
            SpanField.properties().stream().filter(SpanField::isListed).toList();

    private static final Map<SpanField<?>, Integer> POSITIONS = positions();

    /** The values of {@link #LISTED}, in the same order. An array, since pages have thousands of outlines. */
    private final @Nullable Object[] values;

    private final SpanDigest digest;

    private SpanOutline(@Nullable Object[] values, SpanDigest digest) {
        this.values = values;
        this.digest = Objects.requireNonNull(digest, "digest");
    }

    private static Map<SpanField<?>, Integer> positions() {
        Map<SpanField<?>, Integer> positions = new HashMap<>();
        LISTED.forEach(field -> positions.put(field, positions.size()));
        return positions;
    }

    /** Returns the fields that outlines carry, in the order of the JSON members of a span. */
    public static List<SpanField<?>> fields() {
        return LISTED;
    }

    /** Returns the outline of a whole span. It defines the outlines that every backend must return. */
    public static SpanOutline of(TraceSpan span) {
        return of(span, SpanDigest.of(span));
    }

    /**
     * Returns an outline from a span without its large values, which a backend need not read.
     *
     * @param narrow a span with the {@link #fields() listed fields} at least
     * @param digest the digest of the whole span
     */
    public static SpanOutline of(TraceSpan narrow, SpanDigest digest) {
        return of(field -> field.valueOf(narrow), digest);
    }

    /**
     * Returns an outline from the values of its fields, such as those that a client read from JSON.
     *
     * @param values the values of {@link #fields()}, each of its field's type; a field without a value is left out
     * @param digest the digest of the whole span
     * @throws IllegalArgumentException if a required field has no value
     */
    public static SpanOutline of(Map<SpanField<?>, Object> values, SpanDigest digest) {
        for (SpanField<?> field : LISTED) {
            if (field.isRequired() && !values.containsKey(field)) {
                throw new IllegalArgumentException(field.name() + ": missing");
            }
        }
        return of(values::get, digest);
    }

    private static SpanOutline of(Function<SpanField<?>, @Nullable Object> valueOf, SpanDigest digest) {
        @Nullable Object[] values = new Object[LISTED.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = valueOf.apply(LISTED.get(i));
        }
        return new SpanOutline(values, digest);
    }

    /**
     * Returns the value of a field; null if the span has none.
     *
     * @throws IllegalArgumentException if outlines do not carry the field
     */
    @SuppressWarnings("unchecked") // each value is of its field's type
    public <T> @Nullable T value(SpanField<T> field) {
        Integer position = POSITIONS.get(field);
        if (position == null) {
            throw new IllegalArgumentException("not a field of outlines: " + field.name());
        }
        return (T) values[position];
    }

    private <T> T required(SpanField<T> field) {
        return Objects.requireNonNull(value(field), field.name());
    }

    /** Returns the id of the trace that the span is part of. */
    public UUID traceId() {
        return required(SpanField.TRACE_ID);
    }

    /** Returns the id of the span, unique within its trace. */
    public UUID spanId() {
        return required(SpanField.SPAN_ID);
    }

    /** Returns the id of the span that this one is part of; null for the root of a trace. */
    public @Nullable UUID parentSpanId() {
        return value(SpanField.PARENT_SPAN_ID);
    }

    /** Returns the name of the span, such as {@code chat gpt-4o}; may be empty. */
    public String operationName() {
        return required(SpanField.OPERATION_NAME);
    }

    /** Returns the kind of work. */
    public SpanKind kind() {
        return required(SpanField.KIND);
    }

    /** Returns when the span started. */
    public Instant startTime() {
        return required(SpanField.START_TIME);
    }

    /** Returns the digest of the span's large values. */
    public SpanDigest digest() {
        return digest;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SpanOutline outline
                && Arrays.equals(values, outline.values)
                && digest.equals(outline.digest);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "SpanOutline[" + traceId() + "/" + Ids.formatSpanId(spanId()) + " '" + operationName() + "' "
                + startTime() + "]";
    }
}
