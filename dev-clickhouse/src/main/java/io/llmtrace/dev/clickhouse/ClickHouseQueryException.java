package io.llmtrace.dev.clickhouse;

import org.jspecify.annotations.Nullable;

/** Thrown when a server refuses a statement or does not answer. The message is that of the server, if there is one. */
public final class ClickHouseQueryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int code;

    public ClickHouseQueryException(int code, String message) {
        super(message);
        this.code = code;
    }

    public ClickHouseQueryException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = 0;
    }

    /** Returns ClickHouse's error code, such as 516 for a wrong password; 0 if there was no answer. */
    public int code() {
        return code;
    }
}
