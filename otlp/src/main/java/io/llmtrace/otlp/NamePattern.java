package io.llmtrace.otlp;

/** A name in which one {@code *} stands for any characters. */
record NamePattern(String start, String end, boolean exact) {

    static NamePattern of(String text) {
        int star = text.indexOf('*');
        return star < 0
                ? new NamePattern(text, "", true)
                : new NamePattern(text.substring(0, star), text.substring(star + 1), false);
    }

    boolean matches(String name) {
        if (exact) {
            return name.equals(start);
        }
        return name.length() >= start.length() + end.length() && name.startsWith(start) && name.endsWith(end);
    }
}
