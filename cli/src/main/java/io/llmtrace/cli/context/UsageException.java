package io.llmtrace.cli.context;

import org.jspecify.annotations.Nullable;

/** Thrown when a command is used wrongly or a setting is wrong: exit code 2. The message says what to change. */
public final class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }

    public UsageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
