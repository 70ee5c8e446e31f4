package io.llmtrace.storage.spi;

import io.llmtrace.model.SpanAttribute;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.filter.AttributeCriterion;
import io.llmtrace.storage.filter.Wildcards;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of a span as texts for an index, one for each path and value. Those of one path have a common beginning, and numbers
 * have the order of their values, by code points, so that each {@link AttributeCriterion} asks for certain tokens, or for those
 * between two:
 *
 * <pre>
 *   customer.tier␁sgold      a text            retry␁na        −∞
 *   cached␁btrue             a boolean         retry␁nb…       a negative number
 *   retry␁o                  not a number      retry␁nc        0
 *   input.value␁l            present only      retry␁nd50013   3: positive, exponent 1 (+ 5000), digits
 *                                              retry␁ne        ∞
 * </pre>
 *
 * The tokens are in stores, so they must not change.
 */
public final class AttributeTokens {

    private static final char SEPARATOR = '\u0001';
    private static final char ESCAPE = '\u0002';

    private static final char BOOLEAN = 'b';
    private static final char PRESENT_ONLY = 'l';
    private static final char NUMBER = 'n';
    private static final char NOT_A_NUMBER = 'o';
    private static final char TEXT = 's';

    /** Comes after each token of its path. */
    private static final char END = 'z';

    private static final String MINUS_INFINITY = "a";
    private static final String NEGATIVE = "b";
    private static final String ZERO = "c";
    private static final String POSITIVE = "d";
    private static final String INFINITY = "e";

    private static final int EXPONENT_OFFSET = 5_000;
    private static final int LAST_EXPONENT = 9_999;

    /** The version of the tokens and of the rules for what can be asked for, so that stores know what to index again. */
    public static final int VERSION = 1;

    private AttributeTokens() {}

    /** Returns the distinct tokens of a span. */
    public static Set<String> of(TraceSpan span) {
        Set<String> tokens = new LinkedHashSet<>();
        for (SpanAttribute attribute : SpanAttribute.of(span)) {
            tokens.add(beginning(attribute.path()) + ofValue(attribute.value()));
        }
        return tokens;
    }

    private static String ofValue(@Nullable Object value) {
        if (value instanceof String text) {
            return TEXT + text;
        }
        if (value instanceof BigDecimal number) {
            return NUMBER + ofNumber(number);
        }
        if (value instanceof Double notFinite) {
            return notFinite.isNaN()
                    ? Character.toString(NOT_A_NUMBER)
                    : NUMBER + (notFinite > 0 ? INFINITY : MINUS_INFINITY);
        }
        return value == null ? Character.toString(PRESENT_ONLY) : BOOLEAN + value.toString();
    }

    /** Returns the beginning of all tokens of a path, and of no others. */
    private static String beginning(String path) {
        boolean isPlain = path.indexOf(SEPARATOR) < 0 && path.indexOf(ESCAPE) < 0;
        String escaped = isPlain
                ? path
                : path.replace(String.valueOf(ESCAPE), ESCAPE + "b").replace(String.valueOf(SEPARATOR), ESCAPE + "a");
        return escaped + SEPARATOR;
    }

    /** @param number without trailing zeros, with an exponent of less than {@value #EXPONENT_OFFSET} digits */
    private static String ofNumber(BigDecimal number) {
        if (number.signum() == 0) {
            return ZERO;
        }
        String digits = number.unscaledValue().abs().toString();
        int exponent = digits.length() - number.scale() + EXPONENT_OFFSET;
        if (number.signum() > 0) {
            return POSITIVE + fourDigits(exponent) + digits;
        }
        StringBuilder complement = new StringBuilder(NEGATIVE).append(fourDigits(LAST_EXPONENT - exponent));
        digits.chars().forEach(digit -> complement.append((char) ('9' - (digit - '0'))));
        return complement.append(END).toString(); // a number with more digits is less
    }

    private static String fourDigits(int number) {
        return String.format("%04d", number);
    }

    /** What a condition asks for: some tokens, or those from one to another, which the text in them may restrict. */
    public static final class Asked {
        private final List<String> tokens;
        private final String from;
        private final String to;
        private final boolean fromInclusive;
        private final boolean toInclusive;
        private final @Nullable Wildcards pattern;
        private final String beforeText;

        private Asked(
                List<String> tokens,
                String from,
                boolean fromInclusive,
                String to,
                boolean toInclusive,
                @Nullable Wildcards pattern,
                String beforeText) {
            this.tokens = List.copyOf(tokens);
            this.from = from;
            this.fromInclusive = fromInclusive;
            this.to = to;
            this.toInclusive = toInclusive;
            this.pattern = pattern;
            this.beforeText = beforeText;
        }

        /** Returns the tokens of which a span must have one; empty if a token must be in a range. */
        public List<String> tokens() {
            return tokens;
        }

        /** Returns the beginning of the range. */
        public String from() {
            return from;
        }

        /** Returns the end of the range. */
        public String to() {
            return to;
        }

        /** Returns the operator between a token and {@link #from()}. */
        public String fromOperator() {
            return fromInclusive ? ">=" : ">";
        }

        /** Returns the operator between a token and {@link #to()}. */
        public String toOperator() {
            return toInclusive ? "<=" : "<";
        }

        /** Returns the pattern that the text in a token of the range must match; null if there is none. */
        public @Nullable Wildcards pattern() {
            return pattern;
        }

        /** Returns what stands before the text in tokens that the {@link #pattern()} is for. */
        public String beforeText() {
            return beforeText;
        }
    }

    /** Returns the tokens that a condition asks for. */
    public static Asked of(AttributeCriterion criterion) {
        String beginning = beginning(criterion.path());
        return switch (criterion.comparison()) {
            case EQUAL -> equal(beginning, criterion.value());
            case PRESENT -> between(beginning, false, beginning + END, false, null);
            case MATCHES ->
                between(beginning + TEXT, true, beginning + (char) (TEXT + 1), false, Wildcards.of(criterion.value()));
            case RANGE -> range(beginning + NUMBER, criterion);
        };
    }

    private static Asked equal(String beginning, String value) {
        List<String> tokens = new ArrayList<>();
        tokens.add(beginning + TEXT + value);
        BigDecimal number = AttributeCriterion.number(value);
        if (number != null && Math.abs((long) number.precision() - number.scale()) < EXPONENT_OFFSET) {
            tokens.add(beginning + NUMBER + ofNumber(number));
        }
        switch (value) {
            case "true", "false" -> tokens.add(beginning + BOOLEAN + value);
            case "NaN" -> tokens.add(beginning + ofValue(Double.NaN));
            case "Infinity" -> tokens.add(beginning + ofValue(Double.POSITIVE_INFINITY));
            case "-Infinity" -> tokens.add(beginning + ofValue(Double.NEGATIVE_INFINITY));
            default -> {} // a text only
        }
        return new Asked(tokens, "", true, "", true, null, "");
    }

    private static Asked range(String beginning, AttributeCriterion criterion) {
        AttributeCriterion.Bound lower = criterion.lower();
        AttributeCriterion.Bound upper = criterion.upper();
        return between(
                beginning + (lower == null ? MINUS_INFINITY : ofNumber(lower.value())),
                lower == null || lower.isInclusive(),
                beginning + (upper == null ? INFINITY : ofNumber(upper.value())),
                upper == null || upper.isInclusive(),
                null);
    }

    private static Asked between(
            String from, boolean fromInclusive, String to, boolean toInclusive, @Nullable Wildcards pattern) {
        return new Asked(List.of(), from, fromInclusive, to, toInclusive, pattern, pattern == null ? "" : from);
    }
}
