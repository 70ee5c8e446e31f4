package io.llmtrace.dev.clickhouse;

import org.jspecify.annotations.Nullable;

/** A server refused a statement, or did not answer. The message is the server's own where it gave one. */
public final class ClickHouseQueryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int code;

    ClickHouseQueryException(int code, String message) {
        super(message);
        this.code = code;
    }

    ClickHouseQueryException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = 0;
    }

    /** ClickHouse's number of the error, such as 516 for a wrong password; 0 if there was no answer. */
    public int code() {
        return code;
    }
}
