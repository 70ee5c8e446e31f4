package io.llmtrace.storage;

import org.jspecify.annotations.Nullable;

/**
 * A call that a store could not serve. The subclass tells the caller what to do; the message names the setting to turn,
 * the value seen, and the next step. The cause is kept.
 */
public abstract sealed class StorageException extends RuntimeException
        permits InvalidRequestException,
                NotSupportedException,
                UnavailableException,
                OverloadedException,
                CorruptStoreException {

    private static final long serialVersionUID = 1L;

    protected StorageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
