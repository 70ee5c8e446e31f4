package io.llmtrace.storage.filter;

import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanField;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The beginning of an id of a trace or span, or all of it. Ids that begin so lie next to each other, so that stores find them by an
 * index:
 *
 * <pre>
 *   0af76519-16   as a trace        0af76519 16000000 …  to  0af76519 16ffffff …
 *                 as a span, too    00000000 00000000 0af76519 16000000  to  … 16ffffff
 * </pre>
 *
 * @param digits the hex digits without dashes, in small letters: {@value #MIN_DIGITS} to 32
 */
public record IdPrefix(String digits) {

    /** Fewer digits would begin too many ids. */
    public static final int MIN_DIGITS = 8;

    private static final Pattern TYPED = Pattern.compile("[0-9a-fA-F]+(?:-[0-9a-fA-F]+)*-?");

    /**
     * A range of ids in the order of {@link Ids#BYTE_ORDER}, both ends inclusive.
     *
     * @param first the first id
     * @param last the last id
     */
    public record Range(UUID first, UUID last) {}

    /** Returns the prefix that a text with dashes or without is; empty if the text cannot begin an id. */
    public static Optional<IdPrefix> of(String text) {
        String digits = text.replace("-", "").toLowerCase(Locale.ROOT);
        boolean isOne = TYPED.matcher(text).matches() && digits.length() >= MIN_DIGITS && digits.length() <= 32;
        return isOne ? Optional.of(new IdPrefix(digits)) : Optional.empty();
    }

    /**
     * Returns the prefix in a pattern that ends with its only wildcard.
     *
     * @throws IllegalArgumentException if the pattern has another form
     */
    static IdPrefix ofPattern(String pattern, SpanField<?> field) {
        List<String> literals = Wildcards.of(pattern).literals();
        return Optional.of(literals)
                .filter(parts -> parts.size() == 2 && parts.get(1).isEmpty())
                .flatMap(parts -> of(parts.get(0)))
                .orElseThrow(() -> new IllegalArgumentException(field.name() + " takes an id, or at least " + MIN_DIGITS
                        + " of its first digits and an asterisk: '" + pattern + "'"));
    }

    /** Returns the ranges in which the ids lie that begin so as values of a field. */
    public List<Range> ranges(SpanField<?> field) {
        List<Range> ranges = new ArrayList<>();
        ranges.add(range("", 32));
        // The ids of spans are written with 16 digits if the others are zeros.
        if (!field.equals(SpanField.TRACE_ID) && digits.length() <= 16) {
            ranges.add(range("0".repeat(16), 16));
        }
        return ranges;
    }

    private Range range(String before, int length) {
        String rest = "0".repeat(length - digits.length());
        return new Range(
                Ids.parseTraceId(before + digits + rest), Ids.parseTraceId(before + digits + rest.replace('0', 'f')));
    }

    boolean matches(UUID id, SpanField<?> field) {
        return ranges(field).stream()
                .anyMatch(range ->
                        Ids.BYTE_ORDER.compare(range.first, id) <= 0 && Ids.BYTE_ORDER.compare(id, range.last) <= 0);
    }
}
