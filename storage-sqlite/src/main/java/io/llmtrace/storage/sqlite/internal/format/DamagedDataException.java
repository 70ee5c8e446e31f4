package io.llmtrace.storage.sqlite.internal.format;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a part of the file cannot be read. Its message says which part; the engine turns it into the exception of the storage
 * contract, whose message names the file and says what to do.
 */
public final class DamagedDataException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Creates an exception for a part that is missing, or contradicts another. */
    public DamagedDataException(String message) {
        super(message);
    }

    /** Creates an exception for a part that could not be decoded. */
    public DamagedDataException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
