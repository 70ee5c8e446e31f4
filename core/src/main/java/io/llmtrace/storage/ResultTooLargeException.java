package io.llmtrace.storage;

/**
 * Thrown when the result of a read does not fit into the memory that it may take. The same read fails again; one that asks for less,
 * such as a smaller page, succeeds.
 */
public final class ResultTooLargeException extends OverloadedException {

    private static final long serialVersionUID = 1L;

    /** Creates an exception whose message names the limit, its setting, and what to ask for instead. */
    public ResultTooLargeException(String message) {
        super(message);
    }
}
