package io.llmtrace.cli.terminal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prepares text for a terminal. Traces hold untrusted text, whose control characters could move the cursor, change the title or
 * hide text. They are made visible instead of being sent to the terminal.
 */
public final class Display {

    private static final String ELLIPSIS = "…";

    private Display() {}

    /** Returns the text on one line: white space becomes single spaces, control characters become visible. */
    public static String oneLine(String text) {
        return safe(text.strip().replaceAll("\\s+", " "));
    }

    /** Returns a message with control characters made visible. Further lines are indented: text in it cannot pass for a line of ours. */
    public static String message(@Nullable String text) {
        return safe(String.valueOf(text)).replace("\n", "\n  ");
    }

    /** Returns the same JSON without control characters: there are none but in strings, where they can be escaped. */
    static String safeJson(String json) {
        return replaceUnsafe(json, c -> String.format("\\u%04x", (int) c));
    }

    /** Returns the text with control characters made visible, except line breaks and tabs: ESC becomes {@code \x1b}. */
    public static String safe(String text) {
        return replaceUnsafe(
                text.indexOf('\r') < 0 ? text : text.replace("\r\n", "\n"),
                c -> String.format(c < 0x100 ? "\\x%02x" : "\\u%04x", (int) c));
    }

    private interface Escape {
        String of(char c);
    }

    private static String replaceUnsafe(String text, Escape escape) {
        if (text.chars().noneMatch(Display::unsafe)) {
            return text;
        }
        StringBuilder safe = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (unsafe(c)) {
                safe.append(escape.of(c));
            } else {
                safe.append(c);
            }
        }
        return safe.toString();
    }

    /** Returns how many columns the text takes: two for ideographs and emoji, none for combining marks. */
    public static int width(String text) {
        return text.codePoints().map(Display::width).sum();
    }

    /** Returns the text cut to a width; a cut text ends in an ellipsis. */
    public static String truncate(String text, int columns) {
        if (width(text) <= columns) {
            return text;
        }
        if (columns <= 0) {
            return "";
        }
        StringBuilder start = new StringBuilder();
        int used = 1;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            used += width(c);
            if (used > columns) {
                break;
            }
            start.appendCodePoint(c);
            i += Character.charCount(c);
        }
        return start.toString().stripTrailing() + ELLIPSIS;
    }

    public static String padRight(String text, int columns) {
        return text + " ".repeat(Math.max(0, columns - width(text)));
    }

    public static String padLeft(String text, int columns) {
        return " ".repeat(Math.max(0, columns - width(text))) + text;
    }

    /** Returns the lines of the text, with those wider than {@code columns} broken at spaces. */
    public static List<String> wrap(String text, int columns) {
        List<String> lines = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            wrapLine(line.replace("\t", "    "), Math.max(columns, 10), lines);
        }
        return lines;
    }

    private static void wrapLine(String line, int columns, List<String> lines) {
        int start = 0;
        for (int fit = endWithin(line, start, columns); fit < line.length(); fit = endWithin(line, start, columns)) {
            int end = fit;
            while (end > start + (fit - start) / 2 && line.charAt(end) != ' ') {
                end--;
            }
            end = line.charAt(end) == ' ' ? end : fit;
            lines.add(line.substring(start, end).stripTrailing());
            start = end;
            while (start < line.length() && Character.isWhitespace(line.charAt(start))) {
                start++;
            }
        }
        lines.add(line.substring(start));
    }

    /** Returns the index up to which a text fits into the width from {@code start} on. */
    private static int endWithin(String text, int start, int columns) {
        int used = 0;
        int i = start;
        while (i < text.length()) {
            int c = text.codePointAt(i);
            used += width(c);
            if (used > columns) {
                break;
            }
            i += Character.charCount(c);
        }
        return i;
    }

    private static boolean unsafe(int c) {
        return (c < 0x20 && c != '\n' && c != '\t')
                || (c >= 0x7f && c < 0xa0)
                || c == 0x2028 // line and paragraph separator
                || c == 0x2029
                || c == 0x061c // marks, embeddings, overrides and isolates of the text direction
                || c == 0x200e
                || c == 0x200f
                || (c >= 0x202a && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069);
    }

    private static int width(int c) {
        if (c < 0x300) {
            return 1;
        }
        int type = Character.getType(c);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        return wide(c) ? 2 : 1;
    }

    private static boolean wide(int c) {
        return (c >= 0x1100 && c <= 0x115f)
                || (c >= 0x2e80 && c <= 0xa4cf && c != 0x303f)
                || (c >= 0xac00 && c <= 0xd7a3)
                || (c >= 0xf900 && c <= 0xfaff)
                || (c >= 0xfe30 && c <= 0xfe6f)
                || (c >= 0xff00 && c <= 0xff60)
                || (c >= 0xffe0 && c <= 0xffe6)
                || (c >= 0x1f300 && c <= 0x1f64f)
                || (c >= 0x1f680 && c <= 0x1f6ff)
                || (c >= 0x1f900 && c <= 0x1f9ff)
                || (c >= 0x20000 && c <= 0x3fffd);
    }
}
