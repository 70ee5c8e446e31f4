package io.llmtrace.cli;

import org.jspecify.annotations.Nullable;

/** The command was called wrongly, or a setting is wrong: exit code 2, and the message says what to change. */
public final class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }

    public UsageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
