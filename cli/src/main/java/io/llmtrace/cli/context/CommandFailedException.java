package io.llmtrace.cli.context;

import org.jspecify.annotations.Nullable;

/** Thrown when a command cannot do its work, for the reason in the message: exit code 1. */
public final class CommandFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CommandFailedException(String message) {
        super(message);
    }

    public CommandFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
