package io.llmtrace.storage;

import org.jspecify.annotations.Nullable;

/** The request itself is wrong, and will be wrong again: a cursor of another query, an unknown field, an unknown scheme. */
public final class InvalidRequestException extends StorageException {

    private static final long serialVersionUID = 1L;

    public InvalidRequestException(String message) {
        super(message, null);
    }

    public InvalidRequestException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
