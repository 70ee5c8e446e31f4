package io.llmtrace.model;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Checks of text fields: valid Unicode of a bounded size. */
final class Texts {

    /** The most bytes of UTF-8 in one text. */
    static final int MAX_BYTES = 16 << 20;

    private Texts() {}

    /** Returns the text after checking it; null is legal. */
    static @Nullable String requireStorable(@Nullable String text, String field) {
        if (text != null) {
            check(text, () -> field);
        }
        return text;
    }

    /** Checks a text. The field is a supplier, so that its name is computed only for a message. */
    static void check(String text, Supplier<String> field) {
        int length = text.length();
        long bytes = length;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                continue;
            }
            if (!Character.isSurrogate(c)) {
                bytes += c < 0x800 ? 1 : 2;
                continue;
            }
            if (Character.isLowSurrogate(c) || i + 1 == length || !Character.isLowSurrogate(text.charAt(i + 1))) {
                throw new IllegalArgumentException(
                        field.get() + " is not valid Unicode: unpaired surrogate at index " + i);
            }
            i++;
            bytes += 2; // a surrogate pair is two chars, and four bytes in UTF-8
        }
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException(field.get() + " > " + MAX_BYTES + " bytes of UTF-8: " + bytes);
        }
    }
}
