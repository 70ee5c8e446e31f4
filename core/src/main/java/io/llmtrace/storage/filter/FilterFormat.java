package io.llmtrace.storage.filter;

import io.llmtrace.model.SpanField;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes criteria in the filter language, such that {@link FilterParser} reads the same. */
final class FilterFormat {

    /** Values that mean themselves without quotes. */
    private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{N}_/@%+-]+(?:[.:][\\p{L}\\p{N}_/@%+-]+)*");

    /** Names of attributes that need no quotes. */
    static final String PLAIN_ATTRIBUTE = "[\\p{L}\\p{N}_.$/+-]+";

    private FilterFormat() {}

    static String format(Criterion<?> criterion) {
        String name = nameOf(criterion.filter().field());
        String value = criterion.valueText();
        return switch (criterion.filter().comparison()) {
            case EQUAL -> name + ":" + value(value);
            case AT_LEAST -> name + ":>=" + value;
            case AT_MOST -> name + ":<=" + value;
            case MATCHES -> name + ":" + escaped(Wildcards.of(value));
            case PRESENT -> (Boolean.TRUE.equals(criterion.value()) ? "" : "NOT ") + name + ":*";
            case WORDS -> name + ":" + words(value);
        };
    }

    /** Words need no quotes if they are one, and a phrase is in quotes. All else has a backslash before each sign, also before blanks. */
    private static String words(String text) {
        String unquoted = text.replace("\"", "");
        boolean isPhrase = text.equals('"' + unquoted + '"')
                && TypedValue.searched(unquoted).equals(text);
        boolean isWord = !text.contains("\"") && TypedValue.searched(text).equals(text);
        return isPhrase || isWord ? quoted(unquoted) : text.replaceAll("[^\\p{L}\\p{N}]", "\\\\$0");
    }

    static String value(String text) {
        return PLAIN.matcher(text).matches() ? text : quoted(text);
    }

    static String nameOf(AttributeCriterion criterion) {
        String path = criterion.path();
        return "@" + (path.matches(PLAIN_ATTRIBUTE) ? path : quoted(path));
    }

    private static String nameOf(SpanField<?> field) {
        String key = field.tagKey();
        return key == null || PLAIN.matcher(key).matches() && key.indexOf(':') < 0
                ? field.name()
                : FilterParser.TAG_PREFIX + quoted(key);
    }

    static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    static String escaped(Wildcards pattern) {
        return pattern.literals().stream()
                .map(literal -> literal.replaceAll("[^\\p{L}\\p{N}_/@%+:-]", "\\\\$0"))
                .collect(Collectors.joining("*"));
    }
}
