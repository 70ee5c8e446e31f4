package io.llmtrace.model;

import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Ids of traces and spans. Both are 16 bytes; OTLP's 8-byte span id is the low half of one, its high half zero.
 *
 * <pre>
 *   trace  0af7651916cd43dd8448eb211c80319c  =  0af76519-16cd-43dd-8448-eb211c80319c
 *   span   00f067aa0ba902b7                  =  00000000-0000-0000-00f0-67aa0ba902b7
 * </pre>
 */
public final class Ids {

    /** Order of the bytes, as every backend sorts ids. {@link UUID#compareTo} differs: it takes the halves as signed. */
    public static final Comparator<UUID> BYTE_ORDER = (a, b) -> {
        int high = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
        return high != 0 ? high : Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
    };

    private static final HexFormat HEX = HexFormat.of();
    private static final Pattern DASHED =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    private static final Pattern HEX_16 = Pattern.compile("[0-9a-fA-F]{16}");
    private static final Pattern HEX_32 = Pattern.compile("[0-9a-fA-F]{32}");

    private Ids() {}

    /**
     * @param text a UUID, or 32 hex digits as OTLP writes them
     * @throws IllegalArgumentException if it is neither
     */
    public static UUID parseTraceId(String text) {
        if (DASHED.matcher(text).matches()) {
            return UUID.fromString(text);
        }
        if (HEX_32.matcher(text).matches()) {
            return ofHalves(text.substring(0, 16), text.substring(16));
        }
        throw new IllegalArgumentException("not a trace id (a UUID or 32 hex digits): " + abbreviate(text));
    }

    /**
     * @param text a UUID, or 16 hex digits as OTLP writes them, or 32
     * @throws IllegalArgumentException if it is none of these
     */
    public static UUID parseSpanId(String text) {
        if (HEX_16.matcher(text).matches()) {
            return ofHalves("0", text);
        }
        if (DASHED.matcher(text).matches()) {
            return UUID.fromString(text);
        }
        if (HEX_32.matcher(text).matches()) {
            return ofHalves(text.substring(0, 16), text.substring(16));
        }
        throw new IllegalArgumentException("not a span id (a UUID, or 16 or 32 hex digits): " + abbreviate(text));
    }

    /** @throws IllegalArgumentException if {@code text} is not a UUID in its usual form of 36 characters */
    public static UUID parseUuid(String text) {
        if (!DASHED.matcher(text).matches()) {
            throw new IllegalArgumentException("not a UUID: " + abbreviate(text));
        }
        return UUID.fromString(text);
    }

    /** 16 hex digits for an id that came from OTLP (high half zero), a UUID for any other. */
    public static String formatSpanId(UUID spanId) {
        return spanId.getMostSignificantBits() == 0
                ? HEX.toHexDigits(spanId.getLeastSignificantBits())
                : spanId.toString();
    }

    /** A span id of OTLP's 8 bytes. */
    public static UUID spanIdOf(long lowHalf) {
        return new UUID(0, lowHalf);
    }

    public static byte[] toBytes(UUID id) {
        return ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }

    /** @param bytes exactly 16 */
    public static UUID ofBytes(byte[] bytes) {
        if (bytes.length != 16) {
            throw new IllegalArgumentException("length of an id != 16: " + bytes.length);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    private static UUID ofHalves(String high, String low) {
        return new UUID(Long.parseUnsignedLong(high, 16), Long.parseUnsignedLong(low, 16));
    }

    private static String abbreviate(String text) {
        return text.length() <= 60
                ? "'" + text + "'"
                : "'" + text.substring(0, 60) + "…' of " + text.length() + " characters";
    }
}
