package io.llmtrace.storage;

import org.jspecify.annotations.Nullable;

/** The store is alive but has no room or time for this call: disk full, a query over its time limit. Nothing was changed; try again later, or ask for less. */
public final class OverloadedException extends StorageException {

    private static final long serialVersionUID = 1L;

    public OverloadedException(String message) {
        super(message, null);
    }

    public OverloadedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
