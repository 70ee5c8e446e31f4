package io.llmtrace.otlp;

import org.jspecify.annotations.Nullable;

/**
 * Signals a body that is not an OTLP request. The message states the reason and the location: path, line and column in JSON, the
 * byte offset in protobuf. It quotes no content.
 */
public final class MalformedRequestException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MalformedRequestException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
