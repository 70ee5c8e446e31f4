package io.llmtrace.model;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The rules for text fields: valid Unicode, and a bounded size. */
final class Texts {

    /** UTF-8 bytes that one field may have. */
    static final int MAX_BYTES = 16 << 20;

    private Texts() {}

    /** @return {@code text} itself */
    static @Nullable String requireStorable(@Nullable String text, String field) {
        if (text != null) {
            check(text, () -> field);
        }
        return text;
    }

    /** @param field asked for its name only if the text is not storable */
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
            bytes += 2; // four bytes for two chars
        }
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException(field.get() + " > " + MAX_BYTES + " bytes of UTF-8: " + bytes);
        }
    }
}
