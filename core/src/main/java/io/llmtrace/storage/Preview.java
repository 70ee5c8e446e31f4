package io.llmtrace.storage;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Shortens prompts and responses to the preview that lists show. The preview of a JSON array of chat messages is the beginning of
 * the last message from the user (in a prompt) or of the first text (in a response); that of any other text is its beginning.
 */
public final class Preview {

    /** The most UTF-16 characters of a preview, including the ellipsis that ends the preview of a longer text. */
    public static final int MAX_CHARACTERS = 200;

    /** Longer texts are not parsed as JSON; their preview is their beginning. */
    private static final int MAX_PARSED_CHARACTERS = 1 << 18;

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // JVM-wide, and slow to add to: clients may send any names
            .build();

    private Preview() {}

    /** Returns the preview of a prompt; null for null. */
    public static @Nullable String ofPrompt(@Nullable String prompt) {
        return prompt == null ? null : shorten(textOfMessages(prompt, true));
    }

    /** Returns the preview of a response or an error message; null for null. */
    public static @Nullable String ofResponse(@Nullable String response) {
        return response == null ? null : shorten(textOfMessages(response, false));
    }

    private static String textOfMessages(String text, boolean ofUser) {
        if (text.length() > MAX_PARSED_CHARACTERS || !looksLikeJson(text)) {
            return text;
        }
        int lastUser = ofUser ? lastUser(text) : 0;
        if (lastUser < 0) {
            return text;
        }
        // Parsing from a reader copies only the part of the text that is read.
        try (JsonParser parser = JSON.createParser(new StringReader(text))) {
            String found = new MessageText(parser, ofUser, lastUser).find();
            return found == null ? text : found;
        } catch (IOException e) {
            return text; // not JSON after all, or JSON that was cut off
        }
    }

    /** Returns the index of the last role name of a user; negative if there is none. */
    private static int lastUser(String text) {
        return Math.max(lastIndexOf(text, "user\""), lastIndexOf(text, "human\""));
    }

    /**
     * Returns the same as {@link String#lastIndexOf(String)}. It is much faster if the part is rare, because the JDK vectorizes
     * the forward search only.
     */
    private static int lastIndexOf(String text, String part) {
        int last = -1;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
            last = at;
        }
        return last;
    }

    private static boolean looksLikeJson(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isWhitespace(c)) {
                return c == '[' || c == '{';
            }
        }
        return false;
    }

    /** Returns the beginning of a text on one line, with each run of white space as one space. */
    private static String shorten(String text) {
        char[] line = new char[MAX_CHARACTERS + 2];
        int length = 0;
        boolean gap = false;
        for (int i = 0; i < text.length() && length <= MAX_CHARACTERS; i++) {
            char c = text.charAt(i);
            if (Character.isWhitespace(c)) {
                gap = length > 0;
                continue;
            }
            if (gap) {
                line[length++] = ' ';
                gap = false;
            }
            line[length++] = c;
        }
        if (length <= MAX_CHARACTERS) {
            return wholeCharacters(new String(line, 0, length));
        }
        return wholeCharacters(new String(line, 0, MAX_CHARACTERS - 1)) + "…";
    }

    /** Removes half of a surrogate pair at the end. */
    private static String wholeCharacters(String text) {
        return !text.isEmpty() && Character.isHighSurrogate(text.charAt(text.length() - 1))
                ? text.substring(0, text.length() - 1)
                : text;
    }

    /** Finds {@code {"role": …, "content" | "text": "…"}} at any depth, without building a tree. */
    private static final class MessageText {
        private final JsonParser parser;
        private final boolean ofUser;
        /** The index of the last role name of a user in the text, for prompts. */
        private final int lastUser;

        private final Deque<Level> levels = new ArrayDeque<>();
        private @Nullable String found;

        MessageText(JsonParser parser, boolean ofUser, int lastUser) {
            this.parser = parser;
            this.ofUser = ofUser;
            this.lastUser = lastUser;
        }

        @Nullable
        String find() throws IOException {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                switch (token) {
                    case START_OBJECT -> levels.push(new Level());
                    case END_OBJECT -> leave(levels.pop());
                    case VALUE_STRING -> value();
                    default -> {}
                }
                if (found != null && (!ofUser || (levels.isEmpty() && isBehindLastUser()))) {
                    return found;
                }
            }
            return found;
        }

        /**
         * Returns whether the parser is past the last role name of a user: no later message is from the user, so the rest need
         * not be parsed.
         */
        private boolean isBehindLastUser() {
            return parser.currentLocation().getCharOffset() > lastUser;
        }

        private void value() throws IOException {
            Level level = levels.peek();
            String name = parser.currentName();
            if (level == null || name == null) {
                return;
            }
            if (name.equals("role")) {
                level.role = parser.getText();
            } else if (level.text == null && wanted(level) && (name.equals("content") || name.equals("text"))) {
                level.text = parser.getText();
            }
        }

        /**
         * Returns whether the text may become the preview. In an agent's history few texts may, and the others need not be
         * decoded.
         */
        private boolean wanted(Level level) {
            return !ofUser || level.role == null || isUser(level.role);
        }

        private static boolean isUser(@Nullable String role) {
            return "user".equals(role) || "human".equals(role);
        }

        /** Ends an object. A part without a role passes its text to the enclosing message. */
        private void leave(Level level) {
            if (level.text == null) {
                return;
            }
            Level outer = levels.peek();
            if (level.role == null && outer != null) {
                if (outer.text == null) {
                    outer.text = level.text;
                }
                return;
            }
            if (!ofUser || isUser(level.role)) {
                found = level.text;
            }
        }

        private static final class Level {
            private @Nullable String role;
            private @Nullable String text;
        }
    }
}
