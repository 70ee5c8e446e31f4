package io.llmtrace.storage.spi;

import java.util.Comparator;

/** How texts are ordered by every backend. */
public final class TextOrder {

    /** By the bytes of UTF-8, which is the order of code points; {@link String#compareTo} differs beyond the first 65,536. */
    public static final Comparator<String> UTF8 = TextOrder::compare;

    private TextOrder() {}

    /** Whether the value begins with the prefix, without regard to the case of A to Z. */
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
