package io.llmtrace.server.internal.http;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpStatus;
import io.llmtrace.server.internal.failures.Failure;
import io.llmtrace.server.internal.limits.BodyLimit;
import io.llmtrace.server.internal.limits.Decompression;
import io.llmtrace.server.internal.limits.MemoryBudget;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** Reads the bodies of requests, decompressed up to a limit. */
public final class Bodies {

    private static final int CHUNK = 16 << 10;

    /**
     * Bytes to reserve for each inflated byte: two for the growing buffer, which doubles its size when it is full, and one for
     * the array that is copied from it.
     */
    private static final long INFLATED_COPIES = 3;

    /**
     * Bytes to reserve for each byte of a plain body: one for the texts decoded from it, one for those that they are mapped
     * to.
     */
    private static final long DECODED_COPIES = 2;

    private Bodies() {}

    /**
     * Returns the body of a request, decompressed according to its {@code Content-Encoding}. Large bodies that arrive at the same time
     * wait for each other.
     *
     * @param limit the size at which inflating stops, unless the memory for requests is exhausted before
     * @param objects estimates the bytes of the heap that are needed to decode a plain body, besides its text
     * @throws Failure.FailureException 400 for a damaged stream, 413 over the limit, 415 for an unknown encoding
     * @throws io.llmtrace.storage.OverloadedException if the memory for requests has no room for the body
     */
    public static byte[] read(Call call, BodyLimit limit, ToLongFunction<byte[]> objects) {
        AggregatedHttpRequest request = call.request();
        byte[] body = request.content().array();
        call.memory().release(body.length); // the pieces in which it arrived
        String encoding = request.headers()
                .get(HttpHeaderNames.CONTENT_ENCODING, "identity")
                .strip()
                .toLowerCase(Locale.ROOT);
        return call.memory().decode(() -> {
            byte[] plain = encoding.isEmpty() || encoding.equals("identity")
                    ? limited(body, limit)
                    : inflate(body, encoding, limit, call.memory());
            call.memory().reserve(DECODED_COPIES * plain.length + objects.applyAsLong(plain));
            return plain;
        });
    }

    private static byte[] limited(byte[] body, BodyLimit limit) {
        if (body.length > limit.bytes()) {
            throw new Failure.FailureException(limit.exceeded());
        }
        return body;
    }

    private static byte[] inflate(byte[] body, String encoding, BodyLimit limit, MemoryBudget.Reservation memory) {
        Decompression decompression = Decompression.of(encoding)
                .orElseThrow(() -> Failure.exception(
                        HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                        "Content-Encoding is not known: '" + encoding + "'; send gzip, zstd, deflate or none"));
        ByteArrayInputStream compressed = new ByteArrayInputStream(body);
        try (InputStream inflated = decompression.open(compressed)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream(Math.max(CHUNK, body.length));
            byte[] chunk = new byte[CHUNK];
            for (int n = inflated.read(chunk); n >= 0; n = inflated.read(chunk)) {
                if (out.size() + (long) n > limit.bytes()) {
                    throw new Failure.FailureException(limit.exceeded());
                }
                memory.reserve(INFLATED_COPIES * n);
                out.write(chunk, 0, n);
            }
            byte[] plain = out.toByteArray();
            memory.release((INFLATED_COPIES - 1) * plain.length); // the buffer
            return plain;
        } catch (IOException e) {
            throw Failure.exception(
                    HttpStatus.BAD_REQUEST,
                    "body is not " + encoding + " near byte " + (body.length - compressed.available()) + " of "
                            + body.length + ": " + reason(e));
        }
    }

    /** Returns what is wrong with a compressed body; Java's exception for one that was cut off has no message. */
    private static String reason(IOException e) {
        return e.getMessage() == null ? "it ends before it is complete" : e.getMessage();
    }
}
