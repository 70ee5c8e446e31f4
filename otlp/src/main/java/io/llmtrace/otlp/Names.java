package io.llmtrace.otlp;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Ids that follow from content, so that the same content sent again has the same id. */
final class Names {

    private Names() {}

    static UUID uuid(ByteString... parts) {
        ByteString all = ByteString.EMPTY;
        for (ByteString part : parts) {
            all = all.concat(part);
        }
        return UUID.nameUUIDFromBytes(all.toByteArray());
    }

    static UUID uuid(UUID traceId, UUID spanId, String name) {
        return UUID.nameUUIDFromBytes((traceId + "/" + spanId + "/" + name).getBytes(StandardCharsets.UTF_8));
    }
}
