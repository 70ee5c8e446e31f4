package io.llmtrace.storage;

import org.jspecify.annotations.Nullable;

/** Thrown when the request itself is wrong, such as a cursor of another query, an unknown field or an unknown URL scheme. */
public final class InvalidRequestException extends StorageException {

    private static final long serialVersionUID = 1L;

    public InvalidRequestException(String message) {
        super(message, null);
    }

    public InvalidRequestException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
