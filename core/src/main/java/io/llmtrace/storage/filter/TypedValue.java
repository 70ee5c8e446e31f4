package io.llmtrace.storage.filter;

import io.llmtrace.model.FieldType;
import io.llmtrace.model.SearchPhrase;
import io.llmtrace.model.SearchTerm;
import io.llmtrace.model.SpanField;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The value of a criterion as it was typed:
 *
 * <pre>
 *   *                     any value                    model:*
 *   text, "text"          this value                   model:gpt-4o
 *   te*t                  any characters for *         model:gpt-4*
 *   &gt;v &gt;=v &lt;v &lt;=v     numbers and times            duration:&gt;5s
 *   v..w, v.., ..w        both ends inclusive          total_tokens:1000..5000
 * </pre>
 *
 * Characters in quotes or behind a backslash have no special meaning.
 */
final class TypedValue {

    private static final Pattern RANGE = Pattern.compile("(.*?)\\.\\.(.*)", Pattern.DOTALL);
    private static final Pattern COMPARISON = Pattern.compile("(>=|<=|>|<)(.*)", Pattern.DOTALL);
    private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|m|h|d)");

    private static final Map<String, Long> MILLIS =
            Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

    /** The characters, without quotes and backslashes. */
    private final StringBuilder plain = new StringBuilder();
    /** The same as a pattern, in which literal asterisks and backslashes are escaped. */
    private final StringBuilder pattern = new StringBuilder();

    /** The same as a text to search for, in which several words in quotes are a phrase. */
    private final StringBuilder searched = new StringBuilder();

    private boolean hasWildcard;
    private boolean hasLiteral;

    /** The values of an interval; null where it is open. A single value is both of its ends. */
    private record Ends<T>(T first, T last) {}

    void append(char c) {
        hasWildcard |= c == '*';
        plain.append(c);
        pattern.append(c);
        searched.append(c);
    }

    void appendQuoted(String text) {
        searched.append(searched(text));
        addLiteral(text);
    }

    void appendLiteral(String text) {
        searched.append(text);
        addLiteral(text);
    }

    /** Returns a text in quotes as part of a text to search for: in quotes if it is a phrase. */
    static String searched(String quoted) {
        String phrase = '"' + quoted.replace('"', ' ') + '"';
        return SearchPhrase.of(phrase).isEmpty() ? quoted : phrase;
    }

    private void addLiteral(String text) {
        hasLiteral = true;
        plain.append(text);
        pattern.append(text.replace("\\", "\\\\").replace("*", "\\*"));
    }

    boolean isEmpty() {
        return plain.isEmpty() && !hasLiteral;
    }

    /** Returns the condition that a field has this value. */
    <T> FilterExpression expression(SpanField<T> field, int position) {
        String typed = plain.toString();
        try {
            if (typed.equals("*") && !hasLiteral) {
                return presence(field);
            }
            if (field.isFilteredByWords()) {
                return words(searched.toString());
            }
            if (!field.isComparable()) {
                throw new IllegalArgumentException(field.name() + " cannot be compared with a value"
                        + (field.isSearched() ? "; search for its words instead" : ""));
            }
            if (field.isOrdered()) {
                return ordered(field, typed);
            }
            if (!hasLiteral && COMPARISON.matcher(typed).matches()) {
                throw new IllegalArgumentException(field.name() + " has no order");
            }
            if (hasWildcard) {
                return wildcard(field);
            }
            String name = field.type().allowed().stream()
                    .filter(typed::equalsIgnoreCase)
                    .findFirst()
                    .orElse(typed);
            return FilterExpression.equalTo(field, field.type().parse(name));
        } catch (FilterSyntaxException e) {
            throw e;
        } catch (ArithmeticException e) {
            throw new FilterSyntaxException(position, "no value of " + field.name() + " lies beyond: " + typed);
        } catch (IllegalArgumentException e) {
            throw new FilterSyntaxException(position, String.valueOf(e.getMessage()));
        }
    }

    /** Returns the condition that an attribute has this value. */
    FilterExpression ofAttribute(String path, int position) {
        AttributeCriterion.Attribute attribute = FilterExpression.attribute(path);
        String typed = plain.toString();
        if (typed.equals("*") && !hasLiteral) {
            return attribute.isPresent();
        }
        Matcher comparison = COMPARISON.matcher(typed);
        if (!hasLiteral && comparison.matches()) {
            BigDecimal bound = AttributeCriterion.number(comparison.group(2));
            if (bound == null) {
                throw new FilterSyntaxException(
                        position, "@" + path + " is greater or less than numbers only; texts go in quotes: " + typed);
            }
            return switch (comparison.group(1)) {
                case ">=" -> attribute.atLeast(bound);
                case "<=" -> attribute.atMost(bound);
                case ">" -> attribute.greaterThan(bound);
                default -> attribute.lessThan(bound);
            };
        }
        FilterExpression range = hasLiteral ? null : rangeOf(attribute, typed);
        if (range != null) {
            return range;
        }
        return hasWildcard ? attribute.matching(pattern.toString()) : attribute.equalTo(typed);
    }

    /** Returns the condition that an attribute is in a range; null if the text is none, such as {@code ../file}. */
    private static @Nullable FilterExpression rangeOf(AttributeCriterion.Attribute attribute, String typed) {
        Matcher range = RANGE.matcher(typed);
        if (!range.matches()) {
            return null;
        }
        BigDecimal lower = AttributeCriterion.number(range.group(1));
        BigDecimal upper = AttributeCriterion.number(range.group(2));
        if (lower != null && upper != null) {
            return attribute.between(lower, upper);
        }
        if (lower != null && range.group(2).isEmpty()) {
            return attribute.atLeast(lower);
        }
        return upper != null && range.group(1).isEmpty() ? attribute.atMost(upper) : null;
    }

    private static FilterExpression presence(SpanField<?> field) {
        if (!field.isFilteredByPresence()
                && field.isComparable()
                && field.type().isFreeText()) {
            return FilterExpression.matching(field, "*");
        }
        if (!field.isFilteredByPresence()) {
            throw new IllegalArgumentException(
                    field.name() + (field.isRequired() ? ":* selects every span" : ":* cannot be asked for"));
        }
        return FilterExpression.has(field);
    }

    private static FilterExpression words(String typed) {
        if (SearchTerm.of(typed).isEmpty()) {
            throw new IllegalArgumentException("no word to search for, only signs: '" + typed + "'");
        }
        return FilterExpression.words(typed);
    }

    private FilterExpression wildcard(SpanField<?> field) {
        if (!field.type().isFreeText() && !field.type().isId()) {
            throw new IllegalArgumentException("no wildcards in values of " + field.name()
                    + (field.type().allowed().isEmpty()
                            ? ""
                            : ", which are " + field.type().allowed()));
        }
        return FilterExpression.matching(field, pattern.toString());
    }

    private <T> FilterExpression ordered(SpanField<T> field, String typed) {
        Matcher comparison = COMPARISON.matcher(typed);
        if (comparison.matches()) {
            Ends<T> value = parse(field, comparison.group(2));
            return switch (comparison.group(1)) {
                case ">=" -> FilterExpression.atLeast(field, value.first);
                case "<=" -> FilterExpression.atMost(field, value.last);
                case ">" -> FilterExpression.atLeast(field, neighbor(value.last, 1));
                default -> FilterExpression.atMost(field, neighbor(value.first, -1));
            };
        }
        Matcher range = RANGE.matcher(typed);
        if (!range.matches()) {
            Ends<T> value = parse(field, typed);
            return between(field, value.first, value.last);
        }
        T lower = range.group(1).isEmpty() ? null : parse(field, range.group(1)).first;
        T upper = range.group(2).isEmpty() ? null : parse(field, range.group(2)).last;
        if (lower == null && upper == null) {
            throw new IllegalArgumentException("a range needs a value at one end at least");
        }
        if (lower != null && upper != null && !QueryFilter.isAtMost(lower, upper)) {
            throw new IllegalArgumentException("the range ends before it begins: " + typed);
        }
        return between(field, lower, upper);
    }

    private static <T> FilterExpression between(SpanField<T> field, @Nullable T lower, @Nullable T upper) {
        List<FilterExpression> bounds = new ArrayList<>();
        if (lower != null) {
            bounds.add(FilterExpression.atLeast(field, lower));
        }
        if (upper != null) {
            bounds.add(FilterExpression.atMost(field, upper));
        }
        return FilterExpression.all(bounds);
    }

    @SuppressWarnings("unchecked") // each type is parsed to its values
    private static <T> Ends<T> parse(SpanField<T> field, String typed) {
        FieldType<T> type = field.type();
        if (type == FieldType.TIME) {
            return (Ends<T>) time(typed);
        }
        Matcher duration = DURATION.matcher(typed);
        if (type == FieldType.DURATION_MS && duration.matches()) {
            double millis =
                    Double.parseDouble(duration.group(1)) * Objects.requireNonNull(MILLIS.get(duration.group(2)));
            T value = (T) (Long) Math.round(millis);
            return new Ends<>(value, value);
        }
        boolean isDollars = type == FieldType.COST_USD && typed.startsWith("$");
        T value = type.normalize(type.parse(isDollars ? typed.substring(1) : typed));
        return new Ends<>(value, value);
    }

    /** Reads a time, or a date, which is all times of a day in UTC. */
    private static Ends<Instant> time(String typed) {
        try {
            Instant start = LocalDate.parse(typed).atStartOfDay(ZoneOffset.UTC).toInstant();
            return new Ends<>(start, start.plusSeconds(86_400).minusNanos(1));
        } catch (DateTimeParseException notADate) {
            Instant time = FieldType.TIME.parse(typed);
            return new Ends<>(time, time);
        }
    }

    /** Returns the nearest value above or below. */
    @SuppressWarnings("unchecked") // a value of the same type
    private static <T> T neighbor(T value, int direction) {
        if (value instanceof Long number) {
            return (T) (Long) Math.addExact(number, direction);
        }
        if (value instanceof Integer number) {
            return (T) (Integer) Math.addExact(number, direction);
        }
        if (value instanceof Double number) {
            return (T) (Double) (direction > 0 ? Math.nextUp(number) : Math.nextDown(number));
        }
        return (T) ((Instant) value).plusNanos(direction);
    }
}
