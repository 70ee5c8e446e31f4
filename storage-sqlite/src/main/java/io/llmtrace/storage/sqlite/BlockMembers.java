package io.llmtrace.storage.sqlite;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a block says of its bodies beside them, in the order of the bodies:
 *
 * <pre>
 *   members    span row 8, length of body 4, for each
 *   previews   length 2 and UTF-8 of the input, length 2 and UTF-8 of the output, for each; a length of -1 for none
 * </pre>
 */
final class BlockMembers {

    static final int MEMBER_BYTES = Long.BYTES + Integer.BYTES;

    private BlockMembers() {}

    /** One body in a block. */
    record Member(long span, int length) {}

    /** The first words of what went in and out. */
    record Preview(@Nullable String input, @Nullable String output) {
        static final Preview NONE = new Preview(null, null);
    }

    static byte[] encodeMembers(List<Member> members) {
        ByteBuffer buffer = ByteBuffer.allocate(members.size() * MEMBER_BYTES);
        members.forEach(member -> buffer.putLong(member.span).putInt(member.length));
        return buffer.array();
    }

    static List<Member> decodeMembers(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        List<Member> members = new ArrayList<>(bytes.length / MEMBER_BYTES);
        while (buffer.remaining() >= MEMBER_BYTES) {
            members.add(new Member(buffer.getLong(), buffer.getInt()));
        }
        return members;
    }

    static byte[] encodePreviews(List<Preview> previews) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(previews.size() * 256);
        for (Preview preview : previews) {
            write(bytes, preview.input);
            write(bytes, preview.output);
        }
        return bytes.toByteArray();
    }

    static List<Preview> decodePreviews(byte[] bytes) {
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
