package io.llmtrace.cli.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Prepares text for a terminal. Traces hold untrusted text, whose control characters could move the cursor, change the title or
 * hide text. They are made visible instead of being sent to the terminal, and so are characters that a terminal does not show, in
 * which instructions to a model or other data can be hidden.
 */
public final class Display {

    private static final String ELLIPSIS = "…";
    private static final char SOFT_HYPHEN = 0xad;

    /** Format characters of Unicode that are shown: signs before numbers and the like in Arabic, Syriac, Kaithi and hieroglyphs. */
    private static final String VISIBLE_FORMAT = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
            + new StringBuilder().appendCodePoint(0x110bd).appendCodePoint(0x110cd);

    /** Characters that are invisible although Unicode counts them as letters or marks. */
    private static final String BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0";

    private Display() {}

    /** Returns the text on one line: white space becomes single spaces, control characters become visible. */
    public static String oneLine(String text) {
        return safe(text.strip().replaceAll("\\s+", " "));
    }

    /** Returns a message with control characters made visible. Further lines are indented: text in it cannot pass for a line of ours. */
    public static String message(@Nullable String text) {
        return safe(String.valueOf(text)).replace("\n", "\n  ");
    }

    /** Returns the same JSON without unsafe characters: there are none but in strings, where they can be escaped. */
    static String safeJson(String json) {
        return replaceUnsafe(
                json,
                c -> Character.toString(c)
                        .chars()
                        .mapToObj(unit -> String.format("\\u%04x", unit))
                        .collect(Collectors.joining()));
    }

    /**
     * Returns the text with control characters and invisible ones made visible, except line breaks and tabs: ESC becomes
     * {@code \x1b}. Beyond Latin 1, the hexadecimal number of a character follows a {@code u}, in braces if it has more than 4 digits.
     */
    public static String safe(String text) {
        return replaceUnsafe(
                text.indexOf('\r') < 0 ? text : text.replace("\r\n", "\n"),
                c -> String.format(c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\u{%x}", c));
    }

    private static String replaceUnsafe(String text, IntFunction<String> escape) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        int previous = ' ';
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (unsafe(c, previous)) {
                safe.append(escape.apply(c));
            } else {
                safe.appendCodePoint(c);
            }
            previous = c;
            i += Character.charCount(c);
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

    /**
     * Returns whether a terminal would act on a character, or not show it. Joiners and variation selectors belong to letters and
     * emoji, one after another character; a row of them shows nothing, but can hold data.
     */
    private static boolean unsafe(int c, int previous) {
        if (c < 0x300) {
            return c < 0x20 ? c != '\n' && c != '\t' : (c >= 0x7f && c < 0xa0) || c == SOFT_HYPHEN;
        }
        if (isVariationSelector(c)) {
            return Character.isWhitespace(previous) || isVariationSelector(previous) || isJoiner(previous);
        }
        if (isJoiner(c)) {
            return Character.isWhitespace(previous) || isJoiner(previous);
        }
        int type = Character.getType(c);
        return type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || (type == Character.FORMAT && VISIBLE_FORMAT.indexOf(c) < 0)
                || BLANK.indexOf(c) >= 0
                || (c >= 0xe0000 && c <= 0xe0fff); // tags, and what else Unicode reserves there to be invisible
    }

    private static boolean isJoiner(int c) {
        return c == 0x200c || c == 0x200d;
    }

    private static boolean isVariationSelector(int c) {
        return (c >= 0xfe00 && c <= 0xfe0f)
                || (c >= 0xe0100 && c <= 0xe01ef)
                || (c >= 0x180b && c <= 0x180f && c != 0x180e);
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
