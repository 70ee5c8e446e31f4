package io.llmtrace.otlp.internal.wire;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * A reader of what Python's {@code str(dict)} writes, such as <code>{'cache_read': 41000, 'audio': None}</code>. Some emitters send
 * objects so, by mistake.
 */
public final class PythonLiteral {

    private static final int MAX_CHARACTERS = 10_000;

    private PythonLiteral() {}

    /**
     * Reads a dict of texts, numbers, booleans, lists and further dicts.
     *
     * @return the same as JSON; null for any other text, and for one of more than 10,000 characters
     */
    public static @Nullable JsonNode tree(@Nullable String text) {
        if (text == null
                || text.length() > MAX_CHARACTERS
                || !text.stripLeading().startsWith("{")) {
            return null;
        }
        StringBuilder json = new StringBuilder(text.length() + 16);
        int position = 0;
        while (position < text.length()) {
            char c = text.charAt(position);
            if (c == '\'' || c == '"') {
                position = appendText(text, position, json);
            } else if (Character.isLetter(c)) {
                position = appendName(text, position, json);
            } else {
                json.append(c);
                position++;
            }
        }
        return Json.tree(json.toString());
    }

    /** Appends a text in either kind of quotes as a JSON string, and returns the position after it. */
    private static int appendText(String text, int start, StringBuilder json) {
        char quote = text.charAt(start);
        json.append('"');
        int position = start + 1;
        while (position < text.length() && text.charAt(position) != quote) {
            char c = text.charAt(position);
            if (c == '\\' && position + 1 < text.length()) {
                char escaped = text.charAt(++position);
                json.append(escaped == '\'' ? "'" : "\\" + escaped);
            } else {
                json.append(c == '"' ? "\\\"" : String.valueOf(c));
            }
            position++;
        }
        json.append('"');
        return position + 1;
    }

    /** Appends a constant or the exponent of a number, and returns the position after it. */
    private static int appendName(String text, int start, StringBuilder json) {
        int end = start;
        while (end < text.length() && Character.isLetter(text.charAt(end))) {
            end++;
        }
        String name = text.substring(start, end);
        json.append(
                switch (name) {
                    case "None" -> "null";
                    case "True" -> "true";
                    case "False" -> "false";
                    default -> name;
                });
        return end;
    }
}
