package io.llmtrace.cli;

import org.jspecify.annotations.Nullable;

/** A command could not do its work, for a reason that its message explains: exit code 1. */
public final class CommandFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CommandFailedException(String message) {
        super(message);
    }

    public CommandFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
