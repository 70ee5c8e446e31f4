package io.llmtrace.storage.sqlite.internal.format;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The formats of the two columns that describe the bodies in a block, in the order of the bodies. Numbers below are sizes in
 * bytes; integers are big-endian.
 *
 * <pre>
 *   members    for each body: row id of its span 8 | length of the body 4
 *   previews   for each body: length 2 | input in UTF-8 | length 2 | output in UTF-8      an absent one has length -1
 * </pre>
 */
public final class BlockMembers {

    /** The size of one member, in bytes. */
    public static final int MEMBER_BYTES = Long.BYTES + Integer.BYTES;

    private BlockMembers() {}

    /**
     * One body in a block.
     *
     * @param span the row id of its span
     * @param length in bytes
     */
    public record Member(long span, int length) {}

    /** The starts of a span's input and output, for lists; null where there is none. */
    public record Preview(@Nullable String input, @Nullable String output) {
        /** The preview of a span without input and output. */
        public static final Preview NONE = new Preview(null, null);
    }

    /** Returns the bytes of members. */
    public static byte[] encodeMembers(List<Member> members) {
        ByteBuffer buffer = ByteBuffer.allocate(members.size() * MEMBER_BYTES);
        members.forEach(member -> buffer.putLong(member.span).putInt(member.length));
        return buffer.array();
    }

    /** Returns the members that the bytes hold. */
    public static List<Member> decodeMembers(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        List<Member> members = new ArrayList<>(bytes.length / MEMBER_BYTES);
        while (buffer.remaining() >= MEMBER_BYTES) {
            members.add(new Member(buffer.getLong(), buffer.getInt()));
        }
        return members;
    }

    /** Returns the bytes of previews. */
    public static byte[] encodePreviews(List<Preview> previews) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(previews.size() * 256);
        for (Preview preview : previews) {
            write(bytes, preview.input);
            write(bytes, preview.output);
        }
        return bytes.toByteArray();
    }

    /** Returns the previews that the bytes hold. */
    public static List<Preview> decodePreviews(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        List<Preview> previews = new ArrayList<>();
        while (buffer.hasRemaining()) {
            previews.add(new Preview(read(buffer), read(buffer)));
        }
        return previews;
    }

    private static void write(ByteArrayOutputStream bytes, @Nullable String text) {
        if (text == null) {
            bytes.writeBytes(new byte[] {-1, -1});
            return;
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        bytes.write(utf8.length >> 8);
        bytes.write(utf8.length);
        bytes.writeBytes(utf8);
    }

    private static @Nullable String read(ByteBuffer buffer) {
        short length = buffer.getShort();
        if (length < 0) {
            return null;
        }
        byte[] utf8 = new byte[length];
        buffer.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
