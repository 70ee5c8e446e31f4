package io.llmtrace.storage.spi;

import java.util.Comparator;

/** The order of texts in every backend. */
public final class TextOrder {

    /**
     * The order of UTF-8 bytes, which is that of code points; {@link String#compareTo} differs for code points beyond 65,535.
     */
    public static final Comparator<String> UTF8 = TextOrder::compare;

    private TextOrder() {}

    /** Returns whether the value begins with the prefix, ignoring the case of A to Z. */
    public static boolean startsWith(String value, String prefix) {
        if (prefix.length() > value.length()) {
            return false;
        }
        for (int i = 0; i < prefix.length(); i++) {
            if (lower(value.charAt(i)) != lower(prefix.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
    }

    private static int compare(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean sameHalf = Character.isSurrogate(x) == Character.isSurrogate(y);
                return sameHalf ? Character.compare(x, y) : Character.isSurrogate(x) ? 1 : -1;
            }
        }
        return Integer.compare(a.length(), b.length());
    }
}
