package io.llmtrace.otlp.internal.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A reader of what Python writes for an object, which some emitters send by mistake.
 *
 * <pre>
 *   {'cache_read': 41000, 'audio': None}                              a dict
 *   Usage(input_tokens=5, details=Details(cached_tokens=None))        an object
 *   [Count(modality=&lt;Modality.TEXT: 'TEXT'&gt;, token_count=9)]          an enumeration inside one
 *   [HumanMessage(content='Hi', additional_kwargs={})]                a message, whose class becomes its type
 *   content='Noon' name='get_time' tool_call_id='c1'                  the fields of an object alone
 * </pre>
 */
public final class PythonLiteral {

    private static final int MAX_CHARACTERS = 10_000;
    private static final int MAX_CHARACTERS_OF_CONTENT = 1_000_000;
    private static final Pattern MESSAGE = Pattern.compile("\\[?[A-Z][A-Za-z]{0,40}Message\\(");
    private static final Pattern OBJECT = Pattern.compile("\\s*(?:\\{|[A-Za-z_][\\w.]{0,200}\\().*", Pattern.DOTALL);

    private PythonLiteral() {}

    /**
     * Reads a dict or an object of texts, numbers, booleans, lists and further ones.
     *
     * @return the same as JSON; null for any other text, and for one of more than 10,000 characters
     */
    public static @Nullable JsonNode tree(@Nullable String text) {
        return text == null
                        || text.length() > MAX_CHARACTERS
                        || !OBJECT.matcher(text).matches()
                ? null
                : read(text);
    }

    /**
     * Reads a dict with a text in single quotes as the first key, a message, a list of these, or the fields of a message.
     *
     * @return the same as JSON; null for any other text, and for one of more than a million characters
     */
    public static @Nullable JsonNode content(String text) {
        if (text.length() > MAX_CHARACTERS_OF_CONTENT) {
            return null;
        }
        if (text.startsWith("content=")) {
            return read("(" + text + ")");
        }
        boolean dicts = text.startsWith("{'")
                || text.startsWith("[{'")
                || MESSAGE.matcher(text).lookingAt();
        return dicts ? read(text) : null;
    }

    private static @Nullable JsonNode read(String text) {
        StringBuilder json = new StringBuilder(text.length() + 16);
        int position = 0;
        while (position < text.length()) {
            char c = text.charAt(position);
            if (c == '\'' || c == '"') {
                position = appendText(text, position, json);
            } else if (Character.isLetter(c) || c == '_') {
                position = appendName(text, position, json);
            } else if (c == '<') {
                position = startOfValue(text, position);
            } else {
                json.append(
                        switch (c) {
                            case '(' -> "{";
                            case ')' -> "}";
                            case '>' -> "";
                            default -> String.valueOf(c);
                        });
                position++;
            }
        }
        return Json.tree(json.toString());
    }

    /** Returns where the value of a constant begins: {@code <Modality.TEXT: 'TEXT'>}. */
    private static int startOfValue(String text, int start) {
        int colon = text.indexOf(": ", start);
        return colon < 0 ? text.length() : colon + 2;
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
                json.append(
                        switch (escaped) {
                            case '\'' -> "'";
                            case 'x' -> "\\u00";
                            default -> "\\" + escaped;
                        });
            } else {
                json.append(c == '"' ? "\\\"" : String.valueOf(c));
            }
            position++;
        }
        json.append('"');
        return position + 1;
    }

    /** Appends a constant, the exponent of a number, or what a name begins, and returns the position after it. */
    private static int appendName(String text, int start, StringBuilder json) {
        int end = start;
        while (end < text.length() && isOfName(text.charAt(end))) {
            end++;
        }
        String name = text.substring(start, end);
        if (text.startsWith("(", end)) {
            json.append('{');
            if (name.endsWith("Message") && !text.startsWith("()", end)) {
                json.append("\"type\":\"").append(name).append("\",");
            }
            return end + 1;
        }
        if (text.startsWith("=", end)) {
            json.append(isAfterField(text, start) ? ",\"" : "\"").append(name).append("\":");
            return end + 1;
        }
        json.append(
                switch (name) {
                    case "None" -> "null";
                    case "True" -> "true";
                    case "False" -> "false";
                    default -> name;
                });
        return end;
    }

    /** Returns whether a field follows another one without a comma, as those of an object alone do. */
    private static boolean isAfterField(String text, int start) {
        int before = start - 1;
        while (before >= 0 && Character.isWhitespace(text.charAt(before))) {
            before--;
        }
        return before >= 0 && ",({[".indexOf(text.charAt(before)) < 0;
    }

    private static boolean isOfName(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '.';
    }
}
