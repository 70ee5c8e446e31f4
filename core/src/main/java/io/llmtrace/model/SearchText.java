package io.llmtrace.model;

import java.text.Normalizer;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Splits texts into the words that the text search compares.
 *
 * <p>A text that is JSON is read as JSON: its keys and values are searched with their escapes decoded, as is JSON within its
 * strings. All text is brought to Unicode's form NFKC and to lower case, so composed and decomposed letters are equal, as are
 * full-width and usual ones. Accents count: {@code é} is not {@code e}. Vowel points of Hebrew and Arabic, soft hyphens,
 * variation selectors, and marks after the {@value #MAX_MARKS}th in a row do not count.
 *
 * <p>A word is a run of letters, digits and their combining marks, cut after {@value #MAX_WORD_CODE_POINTS} code points. Each
 * character of a script that is written without spaces, such as Chinese, Japanese or Thai, is a word of its own, as is each emoji
 * and other pictographic symbol. All other characters separate words.
 *
 * <p>A backend indexes exactly these words, so that its index gives the same answers as
 * {@link io.llmtrace.storage.TraceQuery#matches(TraceSpan)}.
 */
public final class SearchText {

    /**
     * The version of the rules above. It changes whenever a text gives other words than before, so that stores know which of
     * their spans to index again.
     */
    public static final int VERSION = 2;

    /**
     * The most code points of a word. Longer runs, such as base64, are cut: nobody searches for them, and they would bloat an
     * index.
     */
    static final int MAX_WORD_CODE_POINTS = 64;

    /** The most combining marks in a row, as in Unicode's stream-safe text format; no language writes more. */
    private static final int MAX_MARKS = 30;

    private SearchText() {}

    /** Receives a word of a text. */
    @FunctionalInterface
    interface WordConsumer {
        /**
         * Takes a word.
         *
         * @param end the index after the word in the normalized text
         */
        void accept(String word, int end);
    }

    /** Returns the distinct words of a text that is not JSON, in the order of first occurrence. */
    public static Set<String> wordsOf(String text) {
        Set<String> words = new LinkedHashSet<>();
        addWords(text, words);
        return Collections.unmodifiableSet(words);
    }

    /** Returns the distinct words of a text, decoded if it is JSON, in the order of first occurrence. */
    public static Set<String> wordsOfContent(String text) {
        Set<String> words = new LinkedHashSet<>();
        addWordsOfContent(text, words);
        return Collections.unmodifiableSet(words);
    }

    /** Returns the distinct words of a string within JSON, which may be JSON again, in the order of first occurrence. */
    public static Set<String> wordsOfQuoted(String string) {
        Set<String> words = new LinkedHashSet<>();
        JsonText.forEachQuoted(string, part -> addWords(part, words));
        return Collections.unmodifiableSet(words);
    }

    /**
     * Returns the distinct words of all {@link SpanField#isSearched() searched} fields of a span, in the order of first
     * occurrence.
     */
    public static Set<String> wordsOf(TraceSpan span) {
        Set<String> words = new LinkedHashSet<>();
        for (SpanField<?> field : SpanField.properties()) {
            field.searchedTextsOf(span).forEach(text -> addWordsOfContent(text, words));
        }
        return Collections.unmodifiableSet(words);
    }

    private static void addWordsOfContent(String text, Set<String> words) {
        JsonText.forEach(text, part -> addWords(part, words));
    }

    private static void addWords(String text, Set<String> words) {
        forEachWord(normalized(text), (word, end) -> words.add(word));
    }

    /** Returns the text in NFKC without the characters that do not count. */
    static String normalized(String text) {
        if (isAscii(text)) {
            return text;
        }
        String normalized = Normalizer.normalize(withoutLongRunsOfMarks(text), Normalizer.Form.NFKC);
        return normalized.codePoints().anyMatch(SearchText::isIgnored)
                ? normalized
                        .codePoints()
                        .filter(c -> !isIgnored(c))
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString()
                : normalized;
    }

    /** Leaves out marks of long runs: normalizing takes time that grows with the square of their number. */
    private static String withoutLongRunsOfMarks(String text) {
        StringBuilder shorter = null;
        int marks = 0;
        int next;
        for (int i = 0; i < text.length(); i = next) {
            int c = text.codePointAt(i);
            next = i + Character.charCount(c);
            marks = c >= 0x300 && isMark(c) ? marks + 1 : 0;
            if (marks > MAX_MARKS && shorter == null) {
                shorter = new StringBuilder(text.length()).append(text, 0, i);
            }
            if (marks <= MAX_MARKS && shorter != null) {
                shorter.append(text, i, next);
            }
        }
        return shorter == null ? text : shorter.toString();
    }

    static void forEachWord(String normalized, WordConsumer words) {
        int wordStart = -1;
        int length = normalized.length();
        int i = 0;
        while (i < length) {
            int c = normalized.codePointAt(i);
            boolean alone = standsAlone(c);
            boolean inWord = !alone && (Character.isLetterOrDigit(c) || (wordStart >= 0 && isMark(c)));
            if (wordStart >= 0 && !inWord) {
                words.accept(wordOf(normalized, wordStart, i), i);
                wordStart = -1;
            }
            int next = i + Character.charCount(c);
            if (alone) {
                words.accept(wordOf(normalized, i, next), next);
            } else if (wordStart < 0 && inWord) {
                wordStart = i;
            }
            i = next;
        }
        if (wordStart >= 0) {
            words.accept(wordOf(normalized, wordStart, length), length);
        }
    }

    private static String wordOf(String text, int start, int end) {
        // The lower case of İ is i with a combining dot, which nobody types.
        String run = text.substring(start, end).toLowerCase(Locale.ROOT).replace("i\u0307", "i");
        return run.length() <= MAX_WORD_CODE_POINTS || run.codePointCount(0, run.length()) <= MAX_WORD_CODE_POINTS
                ? run
                : run.substring(0, run.offsetByCodePoints(0, MAX_WORD_CODE_POINTS));
    }

    private static boolean standsAlone(int codePoint) {
        if (codePoint < 0x0E00) {
            // A fast path for Latin, Greek, Cyrillic, Arabic, …, which have the symbols ©, ® and a few others.
            return codePoint >= 0xA0 && Character.getType(codePoint) == Character.OTHER_SYMBOL;
        }
        if (Character.getType(codePoint) == Character.OTHER_SYMBOL) {
            return true;
        }
        return switch (Character.UnicodeScript.of(codePoint)) {
            case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> Character.isLetterOrDigit(codePoint);
            default -> false;
        };
    }

    private static boolean isMark(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK -> true;
            default -> false;
        };
    }

    private static boolean isIgnored(int codePoint) {
        return codePoint == 0xAD // soft hyphen
                || (codePoint >= 0xFE00 && codePoint <= 0xFE0F) // variation selectors
                || (codePoint >= 0x0591 && codePoint <= 0x06ED && isPoint(codePoint));
    }

    /** Returns whether a character of the Hebrew or Arabic block is a vowel point or the like. */
    private static boolean isPoint(int codePoint) {
        return Character.getType(codePoint) == Character.NON_SPACING_MARK;
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }
}
