package io.llmtrace.storage;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the store lacks the space or time for this call, such as on a full disk or for a query over its time limit. Nothing
 * was changed; the caller may try again later, or narrow the request.
 */
public sealed class OverloadedException extends StorageException permits ResultTooLargeException {

    private static final long serialVersionUID = 1L;

    public OverloadedException(String message) {
        super(message, null);
    }

    public OverloadedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
