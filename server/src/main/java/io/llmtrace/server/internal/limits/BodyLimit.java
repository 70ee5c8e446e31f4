package io.llmtrace.server.internal.limits;

import com.linecorp.armeria.common.HttpStatus;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.server.internal.failures.Failure;

/**
 * The largest size of one request after decompression, and the setting that determines it.
 *
 * <p>The limit is {@code max-decompressed-bytes}, unless {@code max-request-memory} is too small to hold a body of that size
 * with all copies that are made of it. Then the limit is a share of that memory.
 *
 * @param bytes the largest size that is accepted
 * @param setting text that names the limit in messages: {@code " (max-decompressed-bytes)"}, or the share and the value of
 *     {@code max-request-memory}
 */
public record BodyLimit(long bytes, String setting) {

    /**
     * A body that is being decoded reserves three times its decompressed size. The other half leaves room for the objects that it is
     * decoded to, which are one or two times that for calls of 4 KB, and for the compressed body.
     */
    private static final long COPIES = 6;

    /** Returns the smaller of the two limits that apply under this configuration. */
    public static BodyLimit of(ServerConfig config) {
        long share = config.maxRequestMemory() / COPIES;
        return config.maxDecompressedBytes() <= share
                ? new BodyLimit(config.maxDecompressedBytes(), " (max-decompressed-bytes)")
                : new BodyLimit(share, ": a sixth of max-request-memory (" + config.maxRequestMemory() + ")");
    }

    /** Returns the failure of a body that is larger than the limit; its message names the limit and its value. */
    public Failure exceeded() {
        return Failure.of(
                HttpStatus.REQUEST_ENTITY_TOO_LARGE,
                "body after decompression > " + bytes + " bytes" + setting + "; send smaller batches");
    }
}
