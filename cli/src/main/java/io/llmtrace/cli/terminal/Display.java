package io.llmtrace.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/**
 * Text as a terminal shows it. What traces hold was written by others: control characters, which could move the cursor,
 * change the title or hide text, are shown and never sent.
 */
public final class Display {

    private static final String ELLIPSIS = "…";

    private Display() {}

    /** One line: every run of white space and control characters is one space or one visible mark. */
    public static String oneLine(String text) {
        return safe(text.strip().replaceAll("\\s+", " "));
    }

    /** Line breaks and tabs stay, other control characters become visible: ESC is {@code \x1b}. */
    public static String safe(String text) {
        if (text.chars().noneMatch(Display::unsafe)) {
            return text;
        }
        StringBuilder safe = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
                continue;
            }
            if (!unsafe(c)) {
                safe.append(c);
            } else if (c < 0x100) {
                safe.append(String.format("\\x%02x", (int) c));
            } else {
                safe.append(String.format("\\u%04x", (int) c));
            }
        }
        return safe.toString();
    }

    /** Columns that the text takes: ideographs and emoji two, combining marks none. */
    public static int width(String text) {
        return text.codePoints().map(Display::width).sum();
    }

    /** At most {@code columns} wide; a longer text ends in an ellipsis. */
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

    /** The lines of the text, each broken at spaces where it is wider than {@code columns}. */
    public static List<String> wrap(String text, int columns) {
        List<String> lines = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            wrapLine(line.replace("\t", "    "), Math.max(columns, 10), lines);
        }
        return lines;
    }

    private static void wrapLine(String line, int columns, List<String> lines) {
        String rest = line;
        while (width(rest) > columns) {
            int fit = charactersWithin(rest, columns);
            int space = rest.lastIndexOf(' ', fit);
            int end = space > fit / 2 ? space : fit;
            lines.add(rest.substring(0, end).stripTrailing());
            rest = rest.substring(end).stripLeading();
        }
        lines.add(rest);
    }

    /** Chars from the start that fit, at least one character. */
    private static int charactersWithin(String text, int columns) {
        int used = 0;
        int i = 0;
        while (i < text.length()) {
            int c = text.codePointAt(i);
            used += width(c);
            if (used > columns) {
                break;
            }
            i += Character.charCount(c);
        }
        return Math.max(i, Character.charCount(text.codePointAt(0)));
    }

    private static boolean unsafe(int c) {
        return (c < 0x20 && c != '\n' && c != '\t')
                || (c >= 0x7f && c < 0xa0)
                || (c >= 0x202a && c <= 0x202e) // embeds and overrides of the direction
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
