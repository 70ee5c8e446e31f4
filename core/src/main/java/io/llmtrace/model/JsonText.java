package io.llmtrace.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The texts within a text that may be JSON: its keys and values with their escapes decoded. A string within it that is JSON again
 * is decoded, too. JSON that was cut off, as long attributes are, is decoded as far as it goes.
 */
public final class JsonText {

    /** How often JSON may be quoted within JSON; what is quoted more often is taken as it is. */
    private static final int MAX_QUOTED = 8;

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(1_000)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final String json;
    private final Parts parts;

    private JsonText(String json, Parts parts) {
        this.json = json;
        this.parts = parts;
    }

    /**
     * A key or a string in JSON, or all other values up to the next one.
     *
     * @param start the index of its first character, after the quote of a string
     * @param end the index after its last character
     * @param isString whether it is a value that is a string, which may be JSON again
     */
    public record Part(int start, int end, boolean isString) {}

    /** Parts in eight bytes each: a long text may have millions. */
    private static final class Parts extends AbstractList<Part> {

        private int[] starts = new int[16];
        /** The complement of the end for strings. */
        private int[] ends = new int[16];

        private int size;

        /** Whether the next value that is no string belongs to the last part: nothing but punctuation stands between them. */
        private boolean lastContinues;

        void addString(int start, int end, boolean isValue) {
            add(start, isValue ? ~end : end);
            lastContinues = false;
        }

        void addOther(int start, int end) {
            if (lastContinues) {
                ends[size - 1] = end;
            } else {
                add(start, end);
                lastContinues = true;
            }
        }

        private void add(int start, int end) {
            if (size == starts.length) {
                starts = Arrays.copyOf(starts, size * 2);
                ends = Arrays.copyOf(ends, size * 2);
            }
            starts[size] = start;
            ends[size] = end;
            size++;
        }

        int endOfLast() {
            return size == 0 ? 0 : get(size - 1).end;
        }

        @Override
        public Part get(int index) {
            Objects.checkIndex(index, size);
            int end = ends[index];
            return new Part(starts[index], end < 0 ? ~end : end, end < 0);
        }

        @Override
        public int size() {
            return size;
        }
    }

    /** Reads the keys and values of JSON; returns null if the text is anything else. */
    public static @Nullable JsonText of(String text) {
        if (!mayBeJson(text)) {
            return null;
        }
        Parts parts = new Parts();
        try (JsonParser parser = JSON.createParser(text)) {
            try {
                for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                    if (token == JsonToken.FIELD_NAME || token == JsonToken.VALUE_STRING) {
                        addString(text, startOf(parser) + 1, token == JsonToken.VALUE_STRING, parts);
                    } else if (token.isScalarValue()) {
                        parts.addOther(startOf(parser), startOf(parser) + parser.getTextLength());
                    }
                }
            } catch (JsonProcessingException e) {
                if (parser.currentLocation().getCharOffset() < text.length()) {
                    return null;
                }
                addRest(text, parts);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a text is read without input and output
        }
        return new JsonText(text, parts);
    }

    private static boolean mayBeJson(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isWhitespace(c)) {
                return c == '{' || c == '[' || c == '"';
            }
        }
        return false;
    }

    private static int startOf(JsonParser parser) {
        return (int) parser.currentTokenLocation().getCharOffset();
    }

    private static void addString(String text, int start, boolean isValue, Parts parts) {
        int end = start;
        while (end < text.length() && text.charAt(end) != '"') {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        parts.addString(start, Math.min(end, text.length()), isValue);
    }

    /**
     * Adds the end of JSON that was cut off: a string without its second quote or a part of a number or literal, and the key
     * before it, which the parser returns with the value only.
     */
    private static void addRest(String text, Parts parts) {
        int read = parts.endOfLast();
        boolean afterString = !parts.isEmpty() && read < text.length() && text.charAt(read) == '"';
        int rest = afterString ? read + 1 : read;
        for (int quote = text.indexOf('"', rest); quote >= 0; quote = text.indexOf('"', rest)) {
            addString(text, quote + 1, true, parts);
            rest = Math.min(parts.endOfLast() + 1, text.length());
        }
        if (rest < text.length()) {
            parts.addOther(rest, text.length());
        }
    }

    /** Returns the keys and values in their order. */
    public List<Part> parts() {
        return parts;
    }

    /** Returns a key or a value with its escapes decoded. */
    public String decoded(Part part) {
        return decoded(part.start, part.end);
    }

    /** Returns a piece of a string with its escapes decoded; the piece must not begin or end within an escape. */
    public String decoded(int start, int end) {
        int i = start;
        while (i < end && json.charAt(i) != '\\') {
            i++;
        }
        if (i == end) {
            return json.substring(start, end);
        }
        StringBuilder decoded = new StringBuilder(end - start).append(json, start, i);
        while (i < end) {
            char c = json.charAt(i++);
            if (c != '\\' || i == end) {
                decoded.append(c);
                continue;
            }
            char kind = json.charAt(i++);
            switch (kind) {
                case 'n' -> decoded.append('\n');
                case 'r' -> decoded.append('\r');
                case 't' -> decoded.append('\t');
                case 'b' -> decoded.append('\b');
                case 'f' -> decoded.append('\f');
                case 'u' -> {
                    if (i + 4 <= end) { // else it was cut off
                        decoded.append((char) Integer.parseInt(json, i, i + 4, 16));
                    }
                    i = Math.min(i + 4, end);
                }
                default -> decoded.append(kind);
            }
        }
        return decoded.toString();
    }

    /** Passes on the texts within JSON, or any other text as it is. */
    static void forEach(String text, Consumer<String> texts) {
        forEach(text, texts, 0);
    }

    /** Passes on the texts within a string of JSON, as {@link #forEach(String, Consumer)} does when it meets one. */
    static void forEachQuoted(String string, Consumer<String> texts) {
        forEach(string, texts, 1);
    }

    private static void forEach(String text, Consumer<String> texts, int quoted) {
        JsonText json = quoted == MAX_QUOTED ? null : of(text);
        if (json == null) {
            texts.accept(text);
            return;
        }
        for (Part part : json.parts) {
            String decoded = json.decoded(part);
            if (part.isString) {
                forEach(decoded, texts, quoted + 1);
            } else {
                texts.accept(decoded);
            }
        }
    }
}
