package io.llmtrace.storage;

import org.jspecify.annotations.Nullable;

/** Thrown when the store does not support the request, such as a write to a store that was opened for reading only. */
public final class NotSupportedException extends StorageException {

    private static final long serialVersionUID = 1L;

    public NotSupportedException(String message) {
        super(message, null);
    }

    public NotSupportedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
