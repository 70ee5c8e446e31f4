package io.llmtrace.ingest.redaction;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A rule of the user that replaces what a pattern finds in some fields, or removes the fields. */
public final class Rule {

    private final List<Pattern> fields;
    private final @Nullable Pattern pattern;
    private final @Nullable String replacement;

    /**
     * Creates a rule.
     *
     * @param fields paths such as {@code prompt}, {@code attributes.user.*} or {@code events}, which include everything below them;
     *     {@code *} matches any characters; empty for all fields
     * @param pattern what to replace; null for the whole value
     * @param replacement the text that replaces it; null to remove a field in which the pattern is found
     * @throws IllegalArgumentException if there are neither fields nor a pattern, which would empty the span
     */
    public Rule(List<String> fields, @Nullable Pattern pattern, @Nullable String replacement) {
        if (fields.isEmpty() && pattern == null) {
            throw new IllegalArgumentException("a rule without fields needs a pattern: it would empty the span");
        }
        this.fields = fields.stream().map(Rule::compile).toList();
        this.pattern = pattern;
        this.replacement = replacement;
    }

    private static Pattern compile(String field) {
        String path = Arrays.stream(field.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return Pattern.compile(path + "(?:[.\\[].*)?", Pattern.DOTALL);
    }

    boolean appliesTo(String path) {
        return fields.isEmpty()
                || fields.stream().anyMatch(field -> field.matcher(path).matches());
    }

    /**
     * Applies the rule to a text.
     *
     * @return null to remove the field
     */
    @Nullable
    String apply(String text) {
        if (pattern == null) {
            return replacement;
        }
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            return text;
        }
        return replacement == null ? null : matcher.replaceAll(Matcher.quoteReplacement(replacement));
    }
}
