package io.llmtrace.storage.clickhouse.internal.read;

import io.llmtrace.model.JsonText;
import io.llmtrace.model.SearchText;
import java.util.LinkedHashSet;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compares the tokens that the index makes of texts with their words. This is done for every span that is written, and most tokens
 * are words for sure, which are only hashed: those of ASCII that no escape touches. An escape for one character of ASCII splits a
 * word, and its letter begins a token. Only runs with other characters or escapes are split into words as a search does it, each
 * once:
 *
 * <pre>
 *   {"q": "the first line\nReturn caf\u00e9 now"}
 *     ─    ─── ───── ────xxxxxxxxx yyyyyyyyy ───      ─ sure   x token nreturn, word return   y split into words
 * </pre>
 */
final class TokenComparison {

    private static final int MAX_TOKEN_CHARACTERS = 64;

    // Kinds of hashes. There are six of runs, by what is added of them, without and with escapes.
    private static final int WORD = 0;
    private static final int TOKEN = 1;
    private static final int RUN = 2;

    /** Tokens of the index that are words. */
    private final HashedTokens sure = new HashedTokens();

    /** Tokens of the index that may be no words. */
    private final Set<String> doubtful = new LinkedHashSet<>();

    /** Words that the index may lack. */
    private final Set<String> words = new LinkedHashSet<>();

    /** Runs, and parts of runs, that were added to {@link #doubtful} or {@link #words}. */
    private final HashedTokens added = new HashedTokens();

    /** What of a text is added. */
    private enum Added {
        TOKENS_AND_WORDS,
        WORDS,
        /** The tokens of JSON within a string. Its words are added apart from them, decoded. */
        TOKENS_OF_QUOTED;

        boolean hasTokens() {
            return this != WORDS;
        }
    }

    /** Adds a text that the index covers. */
    void addIndexed(String text) {
        add(text, Added.TOKENS_AND_WORDS);
    }

    /** Adds a text that the index does not cover. This is fastest after all that it covers. */
    void addOther(String text) {
        add(text, Added.WORDS);
    }

    private void add(String text, Added what) {
        JsonText json = text.indexOf('\\') < 0 ? null : JsonText.of(text);
        if (json == null) {
            scan(text, 0, text.length(), null, what);
            return;
        }
        int end = 0;
        for (JsonText.Part part : json.parts()) {
            scan(text, end, part.start(), null, what);
            String quoted = part.isString() && mayBeJson(text, part.start(), part.end()) ? json.decoded(part) : "";
            JsonText inner = JsonText.of(quoted);
            if (inner == null) {
                scan(text, part.start(), part.end(), json, what);
            } else {
                if (what.hasTokens()) {
                    scan(text, part.start(), part.end(), json, Added.TOKENS_OF_QUOTED);
                }
                addQuoted(quoted, inner);
            }
            end = part.end();
        }
        scan(text, end, text.length(), null, what);
    }

    /** Adds the words of JSON within a string of JSON. */
    private void addQuoted(String quoted, JsonText json) {
        for (JsonText.Part part : json.parts()) {
            if (part.isString() && mayBeJson(quoted, part.start(), part.end())) {
                words.addAll(
                        SearchText.wordsOfQuoted(quoted)); // JSON within that, too, is too rare to be looked at here
                return;
            }
        }
        for (JsonText.Part part : json.parts()) {
            scan(quoted, part.start(), part.end(), json, Added.WORDS);
        }
    }

    /** Returns whether the first character of a string with escapes may be one that JSON begins with. */
    private static boolean mayBeJson(String text, int start, int end) {
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < end) {
                char kind = text.charAt(++i);
                if (kind == '"' || kind == 'u') {
                    return true;
                }
                if (kind == '\\' || kind == '/' || kind == 'b') {
                    return false;
                }
            } else if (!Character.isWhitespace(c)) {
                return c == '{' || c == '[' || c == '"';
            }
        }
        return false;
    }

    /** Returns the words that the index lacks. */
    Set<String> missing() {
        Set<String> missing = new LinkedHashSet<>(words);
        missing.removeIf(word -> doubtful.contains(word) || isSure(word));
        return missing;
    }

    /**
     * Returns the tokens of the index that are no words, if a search could ask for them.
     *
     * @param allWords the words of all texts, which only a rare kind of token needs
     */
    Set<String> excess(Supplier<Set<String>> allWords) {
        Set<String> excess = new LinkedHashSet<>();
        NavigableSet<String> sorted = null;
        for (String token : doubtful) {
            if (words.contains(token) || isSure(token)) {
                continue;
            }
            String askable = longestWordAtStart(token);
            if (!askable.isEmpty() && !askable.equals(token)) {
                sorted = sorted == null ? new TreeSet<>(allWords.get()) : sorted;
                // A beginning of the token finds the span rightly if a word begins with it, too.
                String next = sorted.ceiling(askable);
                if (next != null && next.startsWith(askable)) {
                    continue;
                }
            }
            if (!askable.isEmpty()) {
                excess.add(token);
            }
        }
        return excess;
    }

    private boolean isSure(String word) {
        return sure.contains(HashedTokens.hash(word, 0, word.length()));
    }

    /**
     * Returns the longest beginning of a token that is one word in its normal form, and so the longest that people can ask for; empty
     * for none. Each shorter beginning is such a word, too, which allows a binary search. No word is longer than
     * {@value #MAX_TOKEN_CHARACTERS} code points, while a token may have millions.
     */
    private static String longestWordAtStart(String token) {
        int most = token.length() <= MAX_TOKEN_CHARACTERS
                ? token.codePointCount(0, token.length())
                : Math.min(
                        MAX_TOKEN_CHARACTERS,
                        token.codePointCount(0, Math.min(token.length(), 2 * MAX_TOKEN_CHARACTERS)));
        String longest = beginning(token, most);
        if (isAscii(longest) || isWord(longest)) {
            return longest;
        }
        int shortest = 0; // this many code points are a word, or none
        int tooMany = most;
        while (tooMany - shortest > 1) {
            int middle = (shortest + tooMany) / 2;
            if (isWord(beginning(token, middle))) {
                shortest = middle;
            } else {
                tooMany = middle;
            }
        }
        return beginning(token, shortest);
    }

    private static String beginning(String token, int codePoints) {
        return token.substring(0, token.offsetByCodePoints(0, codePoints));
    }

    private static boolean isWord(String text) {
        return SearchText.wordsOf(text).equals(Set.of(text));
    }

    private static boolean isAscii(String token) {
        return token.chars().allMatch(c -> c < 0x80);
    }

    /**
     * Looks at the runs of letters, digits and other characters than ASCII in a piece of a text, with the escapes among them.
     *
     * @param json decodes the escapes; null if backslashes are plain characters
     */
    private void scan(String text, int start, int end, @Nullable JsonText json, Added what) {
        int i = start;
        while (i < end) {
            int runStart = i;
            boolean ascii = true;
            boolean escaped = false;
            while (i < end) {
                char c = text.charAt(i);
                if (c == '\\' && json != null) {
                    escaped = true;
                    i = Math.min(i + 2, end);
                } else if (isSeparator(c)) {
                    break;
                } else {
                    ascii &= c < 0x80;
                    i++;
                }
            }
            if (i > runStart) {
                if (!ascii
                        || (escaped
                                ? !hasSimpleEscapes(text, runStart, i, what)
                                : i - runStart > MAX_TOKEN_CHARACTERS)) {
                    addOddRun(text, runStart, i, escaped ? json : null, what);
                } else if (escaped) {
                    addWithSimpleEscapes(text, runStart, i, what);
                } else {
                    addWord(text, runStart, i, what.hasTokens());
                }
            }
            i++;
        }
    }

    /** Returns whether each escape of a run is one letter or sign for one character of ASCII, with short words between them. */
    private static boolean hasSimpleEscapes(String text, int start, int end, Added what) {
        // In JSON within a string, an escaped backslash begins another escape.
        String simple = what == Added.TOKENS_OF_QUOTED ? "nrtbf\"/" : "nrtbf\"/\\";
        int wordStart = start;
        for (int i = start; i <= end; i++) {
            if (i == end || text.charAt(i) == '\\') {
                if (i - wordStart >= MAX_TOKEN_CHARACTERS
                        || (i < end && (i + 1 == end || simple.indexOf(text.charAt(i + 1)) < 0))) {
                    return false;
                }
                wordStart = i + 2;
                i++;
            }
        }
        return true;
    }

    private void addWithSimpleEscapes(String text, int start, int end, Added what) {
        int wordStart = start;
        boolean afterLetter = false;
        for (int i = start; i <= end; i++) {
            if (i < end && text.charAt(i) != '\\') {
                continue;
            }
            if (afterLetter && what.hasTokens()) {
                addToken(text, wordStart - 1, i);
            }
            if (i > wordStart) {
                addWord(text, wordStart, i, what.hasTokens() && !afterLetter);
            }
            i++;
            afterLetter = i < end && !isSeparator(text.charAt(i));
            wordStart = i + 1;
        }
    }

    /** @param isToken whether it is also a token of the index */
    private void addWord(String text, int start, int end, boolean isToken) {
        long hash = HashedTokens.hash(text, start, end);
        if (isToken) {
            sure.add(hash);
        } else if (!sure.contains(hash) && added.add(HashedTokens.hashOfKind(WORD, text, start, end))) {
            words.add(lowerAscii(text, start, end));
        }
    }

    private void addToken(String text, int start, int end) {
        if (added.add(HashedTokens.hashOfKind(TOKEN, text, start, end))) {
            doubtful.add(lowerAscii(text, start, end));
        }
    }

    /** Adds a run whose words are not known without splitting it as a search does. */
    private void addOddRun(String text, int start, int end, @Nullable JsonText json, Added what) {
        int kind = RUN + 2 * what.ordinal() + (json == null ? 0 : 1);
        if (!added.add(HashedTokens.hashOfKind(kind, text, start, end))) {
            return;
        }
        if (what.hasTokens()) {
            addTokens(text, start, end);
        }
        if (what != Added.TOKENS_OF_QUOTED) {
            words.addAll(SearchText.wordsOf(json == null ? text.substring(start, end) : json.decoded(start, end)));
        }
    }

    /** Adds the tokens of a piece of a text. */
    private void addTokens(String text, int start, int end) {
        int tokenStart = start;
        for (int i = start; i <= end; i++) {
            if (i == end || isSeparator(text.charAt(i))) {
                if (i > tokenStart) {
                    addToken(text, tokenStart, i);
                }
                tokenStart = i + 1;
            }
        }
    }

    private static String lowerAscii(String text, int start, int end) {
        char[] lower = new char[end - start];
        for (int i = start; i < end; i++) {
            lower[i - start] = HashedTokens.lowerAscii(text.charAt(i));
        }
        return new String(lower);
    }

    private static boolean isSeparator(char c) {
        return c < 0x80 && !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'));
    }
}
