package io.llmtrace.otlp.internal.wire;

/** Signals a body of which so many records cannot be read that it is refused as a whole. */
public final class TooManyUnreadableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TooManyUnreadableException(String message) {
        super(message);
    }
}
