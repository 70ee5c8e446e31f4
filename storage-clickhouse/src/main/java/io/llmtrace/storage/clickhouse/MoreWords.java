package io.llmtrace.storage.clickhouse;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.spi.SearchText;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The words of a span that ClickHouse's {@code hasToken} does not find in its name, prompt and response. That function cuts
 * at every ASCII character but letters and digits and only lowers ASCII; a word of {@link SearchText} ends at other
 * characters as well, such as a curved quote. So it is the words of runs with a character beyond ASCII or of more characters
 * than a word may have, and all words of the other fields that the text filter looks at. With them, {@code hasToken} answers
 * exactly as the filter is defined.
 */
final class MoreWords {

    private static final int MAX_PLAIN_RUN = 64;

    private MoreWords() {}

    static String of(TraceSpan span) {
        Set<String> words = new LinkedHashSet<>();
        addUnfound(span.operationName(), words);
        addUnfound(span.prompt(), words);
        addUnfound(span.response(), words);
        addAll(span.errorMessage(), words);
        for (AgentAction action : span.agentActions()) {
            addAll(action.name(), words);
            addAll(action.arguments(), words);
            addAll(action.result(), words);
        }
        for (SecurityFinding finding : span.securityFindings()) {
            addAll(finding.findingType(), words);
            addAll(finding.description(), words);
        }
        return words.isEmpty() ? "" : String.join(" ", words);
    }

    private static void addAll(@Nullable String text, Set<String> words) {
        if (text != null) {
            words.addAll(SearchText.wordsOf(text));
        }
    }

    private static void addUnfound(@Nullable String text, Set<String> words) {
        if (text == null || (isAscii(text) && !hasLongRun(text))) {
            return;
        }
        int start = 0;
        boolean plain = true;
        int length = text.length();
        for (int i = 0; i <= length; i++) {
            char c = i < length ? text.charAt(i) : ' ';
            if (c >= 0x80) {
                plain = false;
            } else if (!isLetterOrDigit(c)) {
                if (!plain || i - start > MAX_PLAIN_RUN) {
                    words.addAll(SearchText.wordsOf(text.substring(start, i)));
                }
                start = i + 1;
                plain = true;
            }
        }
    }

    private static boolean isAscii(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length == text.length();
    }

    /** Of more characters than a word may have. Such a run cannot lie between two cuts that are no further apart: most are not read. */
    private static boolean hasLongRun(String text) {
        int cut = -1;
        int next = cut + MAX_PLAIN_RUN + 1;
        while (next < text.length()) {
            int last = next;
            while (last > cut && isLetterOrDigit(text.charAt(last))) {
                last--;
            }
            if (last == cut) {
                return true;
            }
            cut = last;
            next = cut + MAX_PLAIN_RUN + 1;
        }
        return false;
    }

    private static boolean isLetterOrDigit(char ascii) {
        return (ascii >= 'a' && ascii <= 'z') || (ascii >= 'A' && ascii <= 'Z') || (ascii >= '0' && ascii <= '9');
    }
}
