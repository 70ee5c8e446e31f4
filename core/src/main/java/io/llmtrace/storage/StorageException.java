package io.llmtrace.storage;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a store cannot serve a call. The subclass tells the caller whether to try again; the message names the setting to
 * change, its value, and the next step.
 */
public abstract sealed class StorageException extends RuntimeException
        permits InvalidRequestException,
                NotSupportedException,
                UnavailableException,
                OverloadedException,
                CorruptStoreException {

    private static final long serialVersionUID = 1L;

    /** Creates an exception; the cause may be null. */
    protected StorageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
