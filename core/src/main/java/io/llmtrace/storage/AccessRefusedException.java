package io.llmtrace.storage;

/** The store is there, but refuses the user that its URL names, or gives it too little: it will not change by itself. */
public final class AccessRefusedException extends UnavailableException {

    private static final long serialVersionUID = 1L;

    public AccessRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
