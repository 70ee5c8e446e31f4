package io.llmtrace.dev.clickhouse;

import org.jspecify.annotations.Nullable;

/** A server did not start. The message says why, with the end of the server's own log. */
public class ClickHouseStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ClickHouseStartException(String message) {
        super(message);
    }

    public ClickHouseStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
