package io.llmtrace.storage;

import org.jspecify.annotations.Nullable;

/** The store cannot be reached or written to now: locked, read-only, missing. Nothing was changed; the same call may be tried again once the reason is gone. */
public sealed class UnavailableException extends StorageException permits AccessRefusedException {

    private static final long serialVersionUID = 1L;

    public UnavailableException(String message) {
        super(message, null);
    }

    public UnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
