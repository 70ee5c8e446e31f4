package io.llmtrace.dev.clickhouse;

import org.jspecify.annotations.Nullable;

/** Thrown when a server does not start. The message gives the reason and the last lines of the server's log. */
public class ClickHouseStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ClickHouseStartException(String message) {
        super(message);
    }

    public ClickHouseStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
