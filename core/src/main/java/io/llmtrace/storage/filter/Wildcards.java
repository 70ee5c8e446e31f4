package io.llmtrace.storage.filter;

import java.util.ArrayList;
import java.util.List;

/**
 * A pattern with wildcards: {@code *} stands for any characters, also none; {@code \*} is an asterisk, and <code>\\</code> a
 * backslash. Everything else stands for itself, in its case.
 *
 * @param literals the texts between the wildcards, so {@code gpt-4*} has {@code gpt-4} and an empty text
 */
public record Wildcards(List<String> literals) {

    private static final int MAX_LENGTH = 1_000;
    private static final int MAX_WILDCARDS = 8;

    /** Copies the list. */
    public Wildcards {
        literals = List.copyOf(literals);
    }

    /** Reads a pattern. A backslash before any other character stands for itself. */
    public static Wildcards of(String pattern) {
        List<String> literals = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            boolean isEscape = c == '\\' && i + 1 < pattern.length() && "*\\".indexOf(pattern.charAt(i + 1)) >= 0;
            if (isEscape) {
                literal.append(pattern.charAt(++i));
            } else if (c == '*') {
                literals.add(literal.toString());
                literal.setLength(0);
            } else {
                literal.append(c);
            }
        }
        literals.add(literal.toString());
        return new Wildcards(literals);
    }

    /**
     * Checks that a pattern costs little to compare.
     *
     * @throws IllegalArgumentException if it is too long or has too many wildcards; the message begins with {@code name}
     */
    static void check(String pattern, String name) {
        if (pattern.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(name + " has a pattern of more than " + MAX_LENGTH + " characters");
        }
        if (of(pattern).literals.size() - 1 > MAX_WILDCARDS) {
            throw new IllegalArgumentException(name + " has more than " + MAX_WILDCARDS + " wildcards: " + pattern);
        }
    }

    /** Returns whether the pattern has a wildcard. */
    public boolean isPattern() {
        return literals.size() > 1;
    }

    /** Returns whether a whole text matches. */
    public boolean matches(String text) {
        String first = literals.get(0);
        if (!isPattern()) {
            return text.equals(first);
        }
        String last = literals.get(literals.size() - 1);
        if (text.length() < first.length() + last.length() || !text.startsWith(first) || !text.endsWith(last)) {
            return false;
        }
        int from = first.length();
        int end = text.length() - last.length();
        for (String literal : literals.subList(1, literals.size() - 1)) {
            int found = text.indexOf(literal, from);
            if (found < 0 || found + literal.length() > end) {
                return false;
            }
            from = found + literal.length();
        }
        return true;
    }
}
