package io.llmtrace.cli;

/** What was asked for by its id is not there: exit code 3. */
final class NotFoundException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NotFoundException(String message) {
        super(message);
    }
}
