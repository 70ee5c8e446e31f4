package io.llmtrace.otlp.internal.mapping;

import io.llmtrace.otlp.internal.wire.Decode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The condition of a line of the mapping table: {@code if scope NAME}, {@code if name NAME}, {@code if event NAME}, or
 * {@code if KEY=VALUE}, and {@code unless} in place of {@code if}.
 *
 * @param subject what the name is compared with
 * @param key the attribute that has the value; null unless it is the subject
 * @param name the names, or the values in lower case, that meet the condition
 * @param negated whether the condition holds for all other names instead
 */
record SourceCondition(Subject subject, @Nullable String key, NamePattern name, boolean negated) {

    private static final Pattern FORM = Pattern.compile(
            "(?<word>if|unless) (?:(?<subject>scope|name|event) (?<name>\\S+)|(?<key>[^\\s=]+)=(?<value>\\S+))");

    /** What a condition asks about. */
    enum Subject {
        /** The instrumentation scope. */
        SCOPE,
        /** The name of the span. */
        NAME,
        /** The log event that the span was made from. */
        EVENT,
        /** An attribute of the span. */
        ATTRIBUTE
    }

    /** Returns the condition that the instrumentation scope has one of the names. */
    static SourceCondition ofScope(String names) {
        return new SourceCondition(Subject.SCOPE, null, NamePattern.of(names), false);
    }

    /**
     * Parses a condition.
     *
     * @throws IllegalArgumentException if it has none of the forms above
     */
    static SourceCondition parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a condition: '" + text + "'");
        }
        boolean negated = matcher.group("word").equals("unless");
        String key = matcher.group("key");
        if (key != null) {
            NamePattern value = NamePattern.of(matcher.group("value").toLowerCase(Locale.ROOT));
            return new SourceCondition(Subject.ATTRIBUTE, key, value, negated);
        }
        Subject subject = Subject.valueOf(matcher.group("subject").toUpperCase(Locale.ROOT));
        return new SourceCondition(subject, null, NamePattern.of(matcher.group("name")), negated);
    }

    /** Returns whether the condition holds for a span. */
    boolean holds(MappableSpan span) {
        String actual = switch (subject) {
            case SCOPE -> span.scopeName();
            case NAME -> span.name();
            case EVENT -> span.logEvent();
            case ATTRIBUTE -> valueOf(span);
        };
        return name.matches(actual) != negated;
    }

    private String valueOf(MappableSpan span) {
        String value = key == null ? null : Decode.identifier(Decode.unquoted(span.attribute(key)));
        return value == null ? "" : value.strip().toLowerCase(Locale.ROOT);
    }
}
