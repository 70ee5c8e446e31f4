package io.llmtrace.storage;

import org.jspecify.annotations.Nullable;

/** Thrown when stored data cannot be read or has a version that this program does not know. Trying again does not help. */
public final class CorruptStoreException extends StorageException {

    private static final long serialVersionUID = 1L;

    public CorruptStoreException(String message) {
        super(message, null);
    }

    public CorruptStoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
