package io.llmtrace.otlp.internal.wire;

import com.google.protobuf.ByteString;
import io.llmtrace.model.Ids;
import java.nio.ByteBuffer;
import java.util.UUID;

/** Ids of traces and spans as OTLP sends them. */
public final class OtlpIds {

    private OtlpIds() {}

    /**
     * Returns a trace id.
     *
     * @throws IllegalArgumentException if the bytes are not a trace id
     */
    public static UUID traceId(ByteString id) {
        if (id.size() != 16) {
            throw new IllegalArgumentException("length of trace_id != 16 bytes: " + id.size());
        }
        UUID traceId = Ids.ofBytes(id.toByteArray());
        if (traceId.getMostSignificantBits() == 0 && traceId.getLeastSignificantBits() == 0) {
            throw new IllegalArgumentException("trace_id is all zero");
        }
        return traceId;
    }

    /**
     * Returns a span id, in the lower half of the result.
     *
     * @throws IllegalArgumentException if the bytes are not a span id
     */
    public static UUID spanId(ByteString id) {
        if (id.size() != 8) {
            throw new IllegalArgumentException("length of span_id != 8 bytes: " + id.size());
        }
        long low = ByteBuffer.wrap(id.toByteArray()).getLong();
        if (low == 0) {
            throw new IllegalArgumentException("span_id is all zero");
        }
        return Ids.spanIdOf(low);
    }
}
