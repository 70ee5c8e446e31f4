package io.llmtrace.storage.spi;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.TraceSpan;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The words of the text filter. A word is a run of letters and digits, in lower case, cut after
 * {@value #MAX_WORD_CODE_POINTS} characters; each ideograph, kana or other character of a script that is written without
 * spaces is a word of its own. Everything else separates.
 *
 * <p>A backend indexes exactly these words, so that its index gives exactly the answers of
 * {@link io.llmtrace.storage.TraceQuery#matches(TraceSpan)}.
 */
public final class SearchText {

    /** Longer runs, such as base64, are cut here: nobody types them, and they would fill an index. */
    static final int MAX_WORD_CODE_POINTS = 64;

    private SearchText() {}

    /** The distinct words of a text, in the order of their first place. */
    public static Set<String> wordsOf(String text) {
        Set<String> words = new LinkedHashSet<>();
        addWords(text, words);
        return Collections.unmodifiableSet(words);
    }

    /** The distinct words of all that the text filter looks at in a span. */
    public static Set<String> wordsOf(TraceSpan span) {
        Set<String> words = new LinkedHashSet<>();
        addWords(span.operationName(), words);
        addWords(span.prompt(), words);
        addWords(span.response(), words);
        addWords(span.errorMessage(), words);
        for (AgentAction action : span.agentActions()) {
            addWords(action.name(), words);
            addWords(action.arguments(), words);
            addWords(action.result(), words);
        }
        for (SecurityFinding finding : span.securityFindings()) {
            addWords(finding.findingType(), words);
            addWords(finding.description(), words);
        }
        return Collections.unmodifiableSet(words);
    }

    private static void addWords(@Nullable String text, Set<String> words) {
        if (text == null) {
            return;
        }
        int wordStart = -1;
        int length = text.length();
        int i = 0;
        while (i < length) {
            int c = text.codePointAt(i);
            boolean alone = standsAlone(c);
            if (wordStart >= 0 && (alone || !Character.isLetterOrDigit(c))) {
                words.add(wordOf(text, wordStart, i));
                wordStart = -1;
            }
            if (alone) {
                words.add(wordOf(text, i, i + Character.charCount(c)));
            } else if (wordStart < 0 && Character.isLetterOrDigit(c)) {
                wordStart = i;
            }
            i += Character.charCount(c);
        }
        if (wordStart >= 0) {
            words.add(wordOf(text, wordStart, length));
        }
    }

    private static String wordOf(String text, int start, int end) {
        // The only letter whose lower case is not a letter alone is İ: its dot would stand within the word as a
        // separator.
        String run = text.substring(start, end).toLowerCase(Locale.ROOT).replace("i\u0307", "i");
        return run.codePointCount(0, run.length()) <= MAX_WORD_CODE_POINTS
                ? run
                : run.substring(0, run.offsetByCodePoints(0, MAX_WORD_CODE_POINTS));
    }

    private static boolean standsAlone(int codePoint) {
        if (codePoint < 0x0E00) {
            return false; // Latin, Greek, Cyrillic, Arabic, …: the common case, kept cheap
        }
        return switch (Character.UnicodeScript.of(codePoint)) {
            case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> Character.isLetterOrDigit(codePoint);
            default -> false;
        };
    }
}
