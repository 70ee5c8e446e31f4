package io.llmtrace.storage.filter;

import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.SpanAttribute;
import io.llmtrace.model.TraceSpan;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A condition on an attribute of a span, its resource or its scope, such as {@code @customer.tier:gold}. It compares by the type of the
 * span's value, see {@link Comparison}; {@link SpanAttribute} says which values there are. If there are several, one must pass.
 */
public final class AttributeCriterion implements FilterExpression {

    /** The comparison of the span's value with that of the condition. */
    public enum Comparison {
        /**
         * A text is equal if it has the same characters, a number if it is the same number, whatever its notation, and a boolean if
         * the condition is {@code true} or {@code false}: {@code 1.0} is equal to the numbers 1 and 1.0, and to the text
         * {@code 1.0}. {@code NaN}, {@code Infinity} and {@code -Infinity} are equal to those numbers, too.
         */
        EQUAL,
        /** A text matches a pattern, see {@link Wildcards}. Numbers and booleans match none. */
        MATCHES,
        /** A number is between two bounds, of which one may be missing; exactly, with all its digits. No text is a number. */
        RANGE,
        /** There is a value, whatever it is. */
        PRESENT
    }

    private static final Pattern NUMBER = Pattern.compile("[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?");

    /** Beyond all numbers that a span can hold. */
    private static final int MAX_EXPONENT = 4_000;

    private final String path;
    private final Comparison comparison;
    private final String text;
    private final @Nullable Bound lower;
    private final @Nullable Bound upper;

    private AttributeCriterion(
            String path, Comparison comparison, String text, @Nullable Bound lower, @Nullable Bound upper) {
        this.path = Objects.requireNonNull(path, "path");
        this.comparison = comparison;
        this.text = Objects.requireNonNull(text, "value");
        this.lower = lower;
        this.upper = upper;
    }

    /** An end of a range. */
    public static final class Bound {
        private final BigDecimal value;
        private final boolean inclusive;

        private Bound(BigDecimal value, boolean inclusive) {
            this.value = value.stripTrailingZeros();
            this.inclusive = inclusive;
        }

        /** Returns the number, without trailing zeros. */
        public BigDecimal value() {
            return value;
        }

        /** Returns whether the number itself is in the range. */
        public boolean isInclusive() {
            return inclusive;
        }
    }

    /** The attributes with a path, to which {@link FilterExpression#attribute} leads. */
    public static final class Attribute {
        private final String path;

        Attribute(String path) {
            this.path = Objects.requireNonNull(path, "path");
        }

        /** Asks for spans with this value, see {@link Comparison#EQUAL}. */
        public FilterExpression equalTo(String value) {
            return new AttributeCriterion(path, Comparison.EQUAL, value, null, null);
        }

        /** Asks for spans with a text that matches a pattern such as {@code api-*}; a single asterisk asks for any value. */
        public FilterExpression matching(String pattern) {
            return pattern.equals("*")
                    ? isPresent()
                    : new AttributeCriterion(path, Comparison.MATCHES, pattern, null, null);
        }

        /** Asks for spans with a value, whatever it is. */
        public FilterExpression isPresent() {
            return new AttributeCriterion(path, Comparison.PRESENT, "", null, null);
        }

        /** Asks for spans with a greater number. */
        public FilterExpression greaterThan(Number bound) {
            return range(new Bound(exact(bound), false), null);
        }

        /** Asks for spans with this number or a greater one. */
        public FilterExpression atLeast(Number bound) {
            return range(new Bound(exact(bound), true), null);
        }

        /** Asks for spans with a lesser number. */
        public FilterExpression lessThan(Number bound) {
            return range(null, new Bound(exact(bound), false));
        }

        /** Asks for spans with this number or a lesser one. */
        public FilterExpression atMost(Number bound) {
            return range(null, new Bound(exact(bound), true));
        }

        /** Asks for spans with one of these numbers or one between them. */
        public FilterExpression between(Number lower, Number upper) {
            return range(new Bound(exact(lower), true), new Bound(exact(upper), true));
        }

        private FilterExpression range(@Nullable Bound lower, @Nullable Bound upper) {
            return new AttributeCriterion(path, Comparison.RANGE, "", lower, upper);
        }

        private static BigDecimal exact(Number number) {
            return number instanceof BigDecimal decimal ? decimal : new BigDecimal(number.toString());
        }
    }

    /** Returns the number that a text is in decimal notation; null if it is none. */
    public static @Nullable BigDecimal number(String text) {
        if (!NUMBER.matcher(text).matches()) {
            return null;
        }
        try {
            return new BigDecimal(text).stripTrailingZeros();
        } catch (ArithmeticException | NumberFormatException e) {
            return null; // an exponent beyond 32 bits
        }
    }

    /** Returns the path of the attribute, without the mark in front. */
    public String path() {
        return path;
    }

    /** Returns how the value is compared. */
    public Comparison comparison() {
        return comparison;
    }

    /** Returns the value to compare with, or the pattern; empty for other comparisons. */
    public String value() {
        return text;
    }

    /** Returns the lower end of the range; null if it has none. */
    public @Nullable Bound lower() {
        return lower;
    }

    /** Returns the upper end of the range; null if it has none. */
    public @Nullable Bound upper() {
        return upper;
    }

    @Override
    public boolean passes(TraceSpan span, Collection<TraceSpan> trace) {
        return passes(span);
    }

    /** Returns whether a span passes. */
    public boolean passes(TraceSpan span) {
        return SpanAttribute.of(span).stream()
                .anyMatch(attribute -> attribute.path().equals(path) && passesValue(attribute.value()));
    }

    private boolean passesValue(@Nullable Object value) {
        return switch (comparison) {
            case PRESENT -> true;
            case EQUAL ->
                value instanceof BigDecimal number
                        ? number.equals(number(text))
                        : value != null && value.toString().equals(text);
            case MATCHES -> value instanceof String of && Wildcards.of(text).matches(of);
            case RANGE -> isInRange(value);
        };
    }

    private boolean isInRange(@Nullable Object value) {
        if (value instanceof Double notFinite) {
            return !notFinite.isNaN() && (notFinite > 0 ? upper == null : lower == null);
        }
        return value instanceof BigDecimal number
                && (lower == null || number.compareTo(lower.value) >= (lower.inclusive ? 0 : 1))
                && (upper == null || number.compareTo(upper.value) <= (upper.inclusive ? 0 : -1));
    }

    @Override
    public void check() {
        if (path.length() > SpanAttribute.MAX_CHARACTERS) {
            throw new IllegalArgumentException("the name of an attribute to ask for has more than "
                    + SpanAttribute.MAX_CHARACTERS + " characters: " + path);
        }
        if (comparison == Comparison.EQUAL && text.length() > SpanAttribute.MAX_CHARACTERS) {
            throw new IllegalArgumentException("@" + path + " is compared with a text of more than "
                    + SpanAttribute.MAX_CHARACTERS + " characters; search for its words instead");
        }
        if (comparison == Comparison.MATCHES) {
            Wildcards.check(text, "@" + path);
        }
        if (lower != null && upper != null && lower.value.compareTo(upper.value) > 0) {
            throw new IllegalArgumentException(
                    "@" + path + " has a range that ends before it begins: " + number(lower) + ".." + number(upper));
        }
        checkSize(lower);
        checkSize(upper);
    }

    private void checkSize(@Nullable Bound bound) {
        if (bound != null && Math.abs((long) bound.value.precision() - bound.value.scale()) > MAX_EXPONENT) {
            throw new IllegalArgumentException(
                    "@" + path + " is compared with a number beyond all that a span can hold");
        }
    }

    @Override
    public boolean asksForOtherSpans() {
        return false;
    }

    @Override
    public boolean isAboutFinding() {
        return false;
    }

    @Override
    public boolean passes(SecurityFinding finding) {
        throw new IllegalStateException("not about findings: " + this);
    }

    @Override
    public List<Criterion<?>> criteria() {
        return List.of();
    }

    @Override
    public List<AttributeCriterion> attributes() {
        return List.of(this);
    }

    @Override
    public String text() {
        return FilterFormat.nameOf(this) + ":"
                + switch (comparison) {
                    case EQUAL -> FilterFormat.value(text);
                    case MATCHES -> FilterFormat.escaped(Wildcards.of(text));
                    case PRESENT -> "*";
                    case RANGE -> rangeText();
                };
    }

    private String rangeText() {
        if (upper == null && lower != null) {
            return (lower.inclusive ? ">=" : ">") + number(lower);
        }
        if (lower == null && upper != null) {
            return (upper.inclusive ? "<=" : "<") + number(upper);
        }
        return number(Objects.requireNonNull(lower)) + ".." + number(Objects.requireNonNull(upper));
    }

    private static String number(Bound bound) {
        return bound.value.toString();
    }

    /** Equal conditions have the same text. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AttributeCriterion criterion && text().equals(criterion.text());
    }

    @Override
    public int hashCode() {
        return text().hashCode();
    }

    @Override
    public String toString() {
        return text();
    }
}
