package io.llmtrace.storage;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the store cannot be reached or written to at the moment, because it is locked, read-only or missing, say. Nothing was
 * changed; the same call may be tried again once the reason is gone.
 */
public sealed class UnavailableException extends StorageException permits AccessRefusedException {

    private static final long serialVersionUID = 1L;

    public UnavailableException(String message) {
        super(message, null);
    }

    public UnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
