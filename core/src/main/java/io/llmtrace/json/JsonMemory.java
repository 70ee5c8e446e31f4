package io.llmtrace.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Estimates how much of the heap JSON takes when it is parsed, in less than one pass over its bytes: {@code [[],[],[]]} takes fifty
 * times its length.
 */
public final class JsonMemory {

    /** The bytes for one value: its node, its place in a list or a map, its key, and the object that it is mapped to. */
    private static final int BYTES_A_VALUE = 128;

    /** A shorter text takes little, even if it is JSON again and is parsed. */
    private static final int LONG_TEXT = 64 << 10;

    /** If the values take at most that much together with all that look like some in strings, they are not counted exactly. */
    private static final int LITTLE = 4 << 20;

    /** The bytes of a sample, and the most that it stands for. */
    private static final int SAMPLE = 64;

    private static final int MAX_INTERVAL = 32 << 10;
    private static final int MIN_SAMPLES = 32;

    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH_BYTE = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    /** By character, 1 for those after which a value may follow. */
    private static final byte[] BEFORE_VALUE = new byte[256];

    static {
        BEFORE_VALUE['['] = 1;
        BEFORE_VALUE['{'] = 1;
        BEFORE_VALUE[','] = 1;
    }

    private JsonMemory() {}

    /**
     * Returns the bytes that the values take, besides their text. Of the strings that may be JSON again, only the one with the most values
     * counts, since they are parsed one after the other.
     *
     * @param json UTF-8 text, or anything else that a client may send in its place
     */
    public static long ofValues(byte[] json) {
        long withTexts = sampled(json, 0, json.length);
        if (withTexts <= LITTLE || ValidText.isUtf16(json)) { // where a quote may be half of another character
            return withTexts;
        }
        long values = 0;
        long inLargestText = 0;
        int i = 0;
        while (i < json.length) {
            byte next = json[i++];
            values += BEFORE_VALUE[next & 0xff];
            if (next == '"') {
                int end = endOfString(json, i);
                inLargestText = Math.max(inLargestText, ofText(json, i, end));
                i = end;
            }
        }
        return values * BYTES_A_VALUE + inLargestText;
    }

    /**
     * Returns the bytes that the values in a text take if it is JSON and is parsed; 0 for a short text.
     *
     * @param utf8 holds the text
     * @param start the index of its first byte
     * @param end the index after its last byte
     */
    public static long ofText(byte[] utf8, int start, int end) {
        return end - start < LONG_TEXT ? 0 : sampled(utf8, start, end);
    }

    /** Counts in samples, which are at random positions, so that a client cannot write around them. */
    private static long sampled(byte[] json, int start, int end) {
        int interval = Math.min(MAX_INTERVAL, Math.max(SAMPLE, (end - start) / MIN_SAMPLES));
        long values = 0;
        for (int from = start; from < end; from += interval) {
            int spare = Math.min(interval, end - from) - SAMPLE;
            int first = spare > 0 ? from + ThreadLocalRandom.current().nextInt(spare + 1) : from;
            int last = Math.min(first + SAMPLE, end);
            for (int i = first; i < last; i++) {
                values += BEFORE_VALUE[json[i] & 0xff];
            }
        }
        return values * interval / SAMPLE * BYTES_A_VALUE;
    }

    /** Returns the index after the quote that ends a string. */
    private static int endOfString(byte[] json, int start) {
        int i = start;
        while (i <= json.length - Long.BYTES) {
            long bytes = (long) EIGHT_BYTES.get(json, i);
            long found = zeroBytes(bytes ^ ('"' * EACH_BYTE)) | zeroBytes(bytes ^ ('\\' * EACH_BYTE));
            if (found == 0) {
                i += Long.BYTES;
                continue;
            }
            i += Long.numberOfTrailingZeros(found) / Byte.SIZE;
            if (json[i] == '"') {
                return i + 1;
            }
            i += 2; // the backslash and what it escapes
        }
        while (i < json.length && json[i] != '"') {
            i += json[i] == '\\' ? 2 : 1;
        }
        return Math.min(i + 1, json.length);
    }

    /** Returns a number whose lowest bit that is set is the highest bit of the first byte that is zero; 0 if none is. */
    private static long zeroBytes(long bytes) {
        return (bytes - EACH_BYTE) & ~bytes & HIGH_BITS;
    }
}
