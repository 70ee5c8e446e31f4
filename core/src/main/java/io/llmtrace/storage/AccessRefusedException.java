package io.llmtrace.storage;

/**
 * Thrown when the store is reachable but refuses the user of its URL or lacks a permission for it. Trying again does not help until
 * an operator changes that.
 */
public final class AccessRefusedException extends UnavailableException {

    private static final long serialVersionUID = 1L;

    public AccessRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
