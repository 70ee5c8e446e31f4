package io.llmtrace.model;

import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Parses and formats the ids of traces and spans. Both are 16 bytes; an 8-byte span id of OTLP is the low half, with a zero
 * high half.
 *
 * <pre>
 *   trace  0af7651916cd43dd8448eb211c80319c  =  0af76519-16cd-43dd-8448-eb211c80319c
 *   span   00f067aa0ba902b7                  =  00000000-0000-0000-00f0-67aa0ba902b7
 * </pre>
 */
public final class Ids {

    /** The unsigned order of the bytes, in which every backend sorts ids; {@link UUID#compareTo} compares signed halves. */
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
     * Parses the id of a trace or a tenant.
     *
     * @param text a UUID, or 32 hex digits as in OTLP
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
     * Parses the id of a span.
     *
     * @param text a UUID, 16 hex digits as in OTLP, or 32 hex digits
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

    /**
     * Parses a UUID in its usual form of 36 characters.
     *
     * @throws IllegalArgumentException if the text has another form
     */
    public static UUID parseUuid(String text) {
        if (!DASHED.matcher(text).matches()) {
            throw new IllegalArgumentException("not a UUID: " + abbreviate(text));
        }
        return UUID.fromString(text);
    }

    /** Formats a span id: as 16 hex digits if its high half is zero, as in OTLP, otherwise as a UUID. */
    public static String formatSpanId(UUID spanId) {
        return spanId.getMostSignificantBits() == 0
                ? HEX.toHexDigits(spanId.getLeastSignificantBits())
                : spanId.toString();
    }

    /** Returns the span id for the 8 bytes of an OTLP id. */
    public static UUID spanIdOf(long lowHalf) {
        return new UUID(0, lowHalf);
    }

    /** Returns the 16 bytes of an id, in big-endian order. */
    public static byte[] toBytes(UUID id) {
        return ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }

    /**
     * Returns the id with these bytes, in big-endian order.
     *
     * @throws IllegalArgumentException if there are not exactly 16
     */
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
