package io.llmtrace.server;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpStatus;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/** Bodies of requests, decompressed up to a limit. */
final class Bodies {

    private static final int CHUNK = 16 << 10;

    /** The buffer that grows, at its largest, and what is taken out of it. */
    private static final long INFLATED_COPIES = 3;

    /** What is decoded from a body, and what is mapped from that. */
    private static final long DECODED_COPIES = 2;

    private Bodies() {}

    /**
     * @param maxBytes after decompression; inflating stops there, or where the memory for requests ends
     * @throws Failure.FailureException 400 for a damaged stream, 413 over the limit, 415 for an unknown encoding
     */
    static byte[] read(Call call, long maxBytes) {
        AggregatedHttpRequest request = call.request();
        byte[] body = request.content().array();
        String encoding = request.headers()
                .get(HttpHeaderNames.CONTENT_ENCODING, "identity")
                .strip()
                .toLowerCase(Locale.ROOT);
        byte[] plain = switch (encoding) {
            case "identity", "" -> limited(body, maxBytes);
            case "gzip", "x-gzip" -> inflate(body, encoding, GZIPInputStream::new, maxBytes, call.memory());
            case "deflate" -> inflate(body, encoding, InflaterInputStream::new, maxBytes, call.memory());
            default ->
                throw Failure.exception(
                        HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                        "Content-Encoding is not known: '" + encoding + "'; send gzip, deflate or none");
        };
        call.memory().take(DECODED_COPIES * plain.length);
        return plain;
    }

    private static byte[] limited(byte[] body, long maxBytes) {
        if (body.length > maxBytes) {
            throw tooLarge(maxBytes);
        }
        return body;
    }

    private static byte[] inflate(
            byte[] body, String encoding, Opener opener, long maxBytes, MemoryBudget.Reservation memory) {
        ByteArrayInputStream compressed = new ByteArrayInputStream(body);
        try (InputStream inflated = opener.open(compressed)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream(Math.max(CHUNK, body.length));
            byte[] chunk = new byte[CHUNK];
            for (int n = inflated.read(chunk); n >= 0; n = inflated.read(chunk)) {
                if (out.size() + (long) n > maxBytes) {
                    throw tooLarge(maxBytes);
                }
                memory.take(INFLATED_COPIES * n);
                out.write(chunk, 0, n);
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw Failure.exception(
                    HttpStatus.BAD_REQUEST,
                    "body is not " + encoding + " near byte " + (body.length - compressed.available()) + " of "
                            + body.length + ": " + e.getMessage());
        }
    }

    private static Failure.FailureException tooLarge(long maxBytes) {
        return Failure.exception(
                HttpStatus.REQUEST_ENTITY_TOO_LARGE,
                "body after decompression > " + maxBytes + " bytes (max-decompressed-bytes); send smaller batches");
    }

    @FunctionalInterface
    private interface Opener {
        InputStream open(InputStream in) throws IOException;
    }
}
