package io.llmtrace.cli.context;

/** Thrown when no trace or span has the given id: exit code 3. */
public final class NotFoundException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public NotFoundException(String message) {
        super(message);
    }
}
