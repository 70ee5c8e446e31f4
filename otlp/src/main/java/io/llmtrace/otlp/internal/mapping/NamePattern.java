package io.llmtrace.otlp.internal.mapping;

/** A name in which one {@code *} matches any characters. */
public record NamePattern(String start, String end, boolean exact) {

    /** Parses a pattern; without a {@code *} it matches one name only. */
    public static NamePattern of(String text) {
        int star = text.indexOf('*');
        return star < 0
                ? new NamePattern(text, "", true)
                : new NamePattern(text.substring(0, star), text.substring(star + 1), false);
    }

    /** Returns whether the pattern matches the whole name. */
    public boolean matches(String name) {
        if (exact) {
            return name.equals(start);
        }
        return name.length() >= start.length() + end.length() && name.startsWith(start) && name.endsWith(end);
    }
}
