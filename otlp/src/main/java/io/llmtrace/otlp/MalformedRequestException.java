package io.llmtrace.otlp;

import org.jspecify.annotations.Nullable;

/**
 * A body that is no OTLP request. The message gives the reason and the place: path, line and column of JSON, byte offset of
 * protobuf. It quotes nothing of the content.
 */
public final class MalformedRequestException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MalformedRequestException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
