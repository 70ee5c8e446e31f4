package io.llmtrace.storage.spi;

import io.llmtrace.model.Ids;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.TraceQuery;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import java.util.zip.CRC32C;

/** The implementation of a cursor. It is not public, so that a new component breaks no caller. */
record PageCursorValues(Items items, long timeNanos, UUID traceId, UUID spanId, long snapshot) implements PageCursor {

    static final UUID NO_SPAN = new UUID(0, 0);
    private static final byte VERSION = 1;
    private static final int LENGTH = 1 + 1 + 4 + 8 + 16 + 16 + 8;
    private static final int CHECKSUM_LENGTH = 4;

    private static final String DAMAGED = "cursor is damaged: pass next_cursor as it was given, or leave it out";

    @Override
    public String encode(TraceQuery query) {
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH + CHECKSUM_LENGTH)
                .put(VERSION)
                .put(items.code())
                .putInt(fingerprint(query))
                .putLong(timeNanos)
                .put(Ids.toBytes(traceId))
                .put(Ids.toBytes(spanId))
                .putLong(snapshot);
        bytes.putInt(checksum(bytes.array()));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    static PageCursor decode(TraceQuery query, Items items) {
        String text = query.cursor();
        if (text == null) {
            throw new IllegalArgumentException("query without a cursor: " + query);
        }
        ByteBuffer bytes = decodeBytes(text);
        byte code = bytes.get();
        if (code != items.code() || bytes.getInt() != fingerprint(query)) {
            throw new InvalidRequestException(
                    "cursor of another query: filters and order must stay the same from page to page");
        }
        long timeNanos = bytes.getLong();
        UUID traceId = new UUID(bytes.getLong(), bytes.getLong());
        UUID spanId = new UUID(bytes.getLong(), bytes.getLong());
        return new PageCursorValues(items, timeNanos, traceId, spanId, bytes.getLong());
    }

    /** Checks version and checksum, and returns the bytes after the version. */
    private static ByteBuffer decodeBytes(String text) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(DAMAGED, e);
        }
        if (bytes.length != LENGTH + CHECKSUM_LENGTH
                || bytes[0] != VERSION
                || ByteBuffer.wrap(bytes).getInt(LENGTH) != checksum(bytes)) {
            throw new InvalidRequestException(DAMAGED);
        }
        return ByteBuffer.wrap(bytes).position(1);
    }

    private static int checksum(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, LENGTH);
        return (int) checksum.getValue();
    }

    /** Returns a hash of tenant, filters and order. The limit is not part of it, since it may change from page to page. */
    private static int fingerprint(TraceQuery query) {
        CRC32C checksum = new CRC32C();
        checksum.update(query.canonicalForm().getBytes(StandardCharsets.UTF_16BE));
        return (int) checksum.getValue();
    }
}
