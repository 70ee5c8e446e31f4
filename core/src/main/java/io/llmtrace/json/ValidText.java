package io.llmtrace.json;

import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Puts U+FFFD in the place of what is not valid Unicode in JSON: bytes that are not UTF-8, and escaped halves of surrogate pairs that
 * stand alone, as in a text that was cut in the middle of an emoji. Fields of the model refuse such text, and parsers refuse such names.
 */
public final class ValidText {

    private static final byte[] REPLACEMENT = "\\ufffd".getBytes(StandardCharsets.US_ASCII);
    private static final int ESCAPE = REPLACEMENT.length;
    private static final int CHUNK = 8 << 10;

    private ValidText() {}

    /** Returns JSON with U+FFFD for each escaped half of a surrogate pair that stands alone; the same array if there is none. */
    public static byte[] withoutHalves(byte[] json) {
        byte[] valid = json;
        int i = 0;
        while (i < json.length) {
            if (json[i] != '\\') {
                i++;
                continue;
            }
            int escaped = escapedAt(json, i);
            if (escaped < 0) {
                i += 2; // another escape, such as that of a backslash
                continue;
            }
            if (Character.isHighSurrogate((char) escaped) && isLowSurrogate(escapedAt(json, i + ESCAPE))) {
                i += 2 * ESCAPE;
                continue;
            }
            if (Character.isSurrogate((char) escaped)) {
                valid = valid == json ? json.clone() : valid;
                System.arraycopy(REPLACEMENT, 0, valid, i, ESCAPE);
            }
            i += ESCAPE;
        }
        return valid;
    }

    /**
     * Returns a reader of JSON that reads bytes that are not UTF-8 as U+FFFD; empty if there are none, or if the JSON is in another
     * encoding of Unicode.
     */
    public static Optional<Reader> reader(byte[] json) {
        return isUtf8(json) || isUtf16(json)
                ? Optional.empty()
                : Optional.of(new InputStreamReader(new ByteArrayInputStream(json), StandardCharsets.UTF_8));
    }

    /** Returns the character that is escaped with four hex digits at a position; -1 if none is. */
    private static int escapedAt(byte[] json, int position) {
        if (position > json.length - ESCAPE || json[position] != '\\' || json[position + 1] != 'u') {
            return -1;
        }
        int character = 0;
        for (int i = position + 2; i < position + ESCAPE; i++) {
            int digit = Character.digit(json[i], 16);
            if (digit < 0) {
                return -1;
            }
            character = character << 4 | digit;
        }
        return character;
    }

    private static boolean isLowSurrogate(int character) {
        return character >= 0 && Character.isLowSurrogate((char) character);
    }

    private static boolean isUtf8(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(CHUNK);
        CoderResult result = CoderResult.OVERFLOW;
        while (result.isOverflow()) {
            result = decoder.decode(in, out.clear(), true);
        }
        return !result.isError();
    }

    /** Returns whether parsers take JSON for UTF-16 or UTF-32, by a byte order mark or a NUL. */
    static boolean isUtf16(byte[] json) {
        if (json.length < 2) {
            return false;
        }
        int first = json[0] & 0xff;
        int second = json[1] & 0xff;
        return first == 0 || second == 0 || (first == 0xfe && second == 0xff) || (first == 0xff && second == 0xfe);
    }
}
