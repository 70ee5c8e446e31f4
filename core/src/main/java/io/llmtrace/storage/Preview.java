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
 * The first words of a prompt or a response, as lists show them. Of a JSON array of chat messages it is the text of the
 * last message from the user (of a prompt) or the first text at all (of a response); of anything else its beginning.
 */
public final class Preview {

    /** Characters of a preview; a longer text ends in an ellipsis within them. */
    public static final int MAX_CHARACTERS = 200;

    /** A larger text is not parsed: its beginning must do. */
    private static final int MAX_PARSED_CHARACTERS = 1 << 18;

    private static final JsonFactory JSON = new JsonFactory();

    private Preview() {}

    public static @Nullable String ofPrompt(@Nullable String prompt) {
        return prompt == null ? null : shorten(textOfMessages(prompt, true));
    }

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
        // From a reader it is copied only as far as it is parsed.
        try (JsonParser parser = JSON.createParser(new StringReader(text))) {
            String found = new MessageText(parser, ofUser, lastUser).find();
            return found == null ? text : found;
        } catch (IOException e) {
            return text; // not JSON after all, or cut off: show it as it is
        }
    }

    /** @return where the last name of a user stands; negative for none */
    private static int lastUser(String text) {
        return Math.max(lastIndexOf(text, "user\""), lastIndexOf(text, "human\""));
    }

    /** As {@link String#lastIndexOf(String)}, and much faster where there are few: only forwards the JDK compares by words. */
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

    /** On one line: runs of white space become one space. */
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

    /** Without half of a surrogate pair at the end. */
    private static String wholeCharacters(String text) {
        return !text.isEmpty() && Character.isHighSurrogate(text.charAt(text.length() - 1))
                ? text.substring(0, text.length() - 1)
                : text;
    }

    /** Looks for {@code {"role": …, "content" | "text": "…"}} at any depth, without building a tree. */
    private static final class MessageText {
        private final JsonParser parser;
        private final boolean ofUser;
        /** Where the name of the last user stands, if it is one. */
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

        /** Then the rest, of an agent's history nearly all, need not be read. */
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

        /** Text of other roles than the wanted is not even unpacked: of an agent's history that is nearly all. */
        private boolean wanted(Level level) {
            return !ofUser || level.role == null || isUser(level.role);
        }

        private static boolean isUser(@Nullable String role) {
            return "user".equals(role) || "human".equals(role);
        }

        /** A part without a role hands its text to the message around it. */
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
