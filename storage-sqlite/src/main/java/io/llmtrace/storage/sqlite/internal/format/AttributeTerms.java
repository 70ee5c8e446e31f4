package io.llmtrace.storage.sqlite.internal.format;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.spi.AttributeTokens;
import java.util.ArrayList;
import java.util.List;

/**
 * {@link AttributeTokens} as terms of the text index, in the same order. The index takes only lower-case letters, digits and what is
 * not ASCII for parts of a term, so all other characters of ASCII are moved behind these:
 *
 * <pre>
 *   §1‖hostŮnameāsŁpi       tenant 1, host.name = "Api"     A is U+0141 here, a dot U+012E, the separator of the token U+0101
 * </pre>
 *
 * No word of a text begins with the mark in front.
 */
public final class AttributeTerms {

    private static final char MARK = '§';
    private static final char AFTER_TENANT = '\u0081';

    /** Stands before a character that is itself, though it looks like one that was moved. */
    private static final char ESCAPE = '\u0080';

    private static final int MOVED_BY = 0x100;
    private static final int ASCII = 0x80;

    /** Escaped, so that it is greater than any beginning of a character: see {@link #afterAllWith}. */
    private static final int LAST_CHARACTER = Character.MAX_CODE_POINT;

    private AttributeTerms() {}

    /**
     * Returns the terms of a span.
     *
     * @param tenant the row id of its tenant
     */
    public static List<String> of(long tenant, TraceSpan span) {
        List<String> terms = new ArrayList<>();
        for (String token : AttributeTokens.of(span)) {
            terms.add(of(tenant, token));
        }
        return terms;
    }

    /** Returns the term of a token, or of the beginning of one. */
    public static String of(long tenant, String token) {
        StringBuilder term = new StringBuilder(token.length() + 12)
                .append(MARK)
                .append(tenant)
                .append(AFTER_TENANT);
        token.codePoints().forEach(c -> append(term, c));
        return term.toString();
    }

    /** Returns a term that is greater than all that begin with another, and less than all others that are greater. */
    public static String afterAllWith(String beginning) {
        return beginning + Character.toString(LAST_CHARACTER);
    }

    private static void append(StringBuilder term, int c) {
        if (c < ASCII) {
            boolean isKept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            term.append((char) (isKept ? c : c + MOVED_BY));
            return;
        }
        if (c < MOVED_BY + ASCII || c == LAST_CHARACTER) {
            term.append(ESCAPE);
        }
        term.appendCodePoint(c);
    }

    /** Returns the characters that the rest of a term stands for. */
    public static String decoded(String term, int from) {
        StringBuilder text = new StringBuilder(term.length() - from);
        for (int i = from; i < term.length(); i++) {
            char c = term.charAt(i);
            if (c == ESCAPE && i + 1 < term.length()) {
                text.append(term.charAt(++i)); // of a pair of surrogates, the second follows as it is
            } else {
                text.append(c >= MOVED_BY && c < MOVED_BY + ASCII ? (char) (c - MOVED_BY) : c);
            }
        }
        return text.toString();
    }
}
