package io.llmtrace.otlp.internal.wire;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Derives ids from content, so that content that is sent twice gets the same id. */
public final class DerivedIds {

    private DerivedIds() {}

    /** Returns an id of the concatenated bytes. */
    public static UUID uuid(ByteString... parts) {
        ByteString all = ByteString.EMPTY;
        for (ByteString part : parts) {
            all = all.concat(part);
        }
        return UUID.nameUUIDFromBytes(all.toByteArray());
    }

    /** Returns the id of something that belongs to a span and has a name that is unique there. */
    public static UUID uuid(UUID traceId, UUID spanId, String name) {
        return UUID.nameUUIDFromBytes((traceId + "/" + spanId + "/" + name).getBytes(StandardCharsets.UTF_8));
    }
}
