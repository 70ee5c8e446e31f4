package io.llmtrace.dev.clickhouse;

import org.jspecify.annotations.Nullable;

/** Thrown when this machine has no ClickHouse and none can be fetched. The message says what to install or to configure. */
public final class ClickHouseNotFoundException extends ClickHouseStartException {

    private static final long serialVersionUID = 1L;

    public ClickHouseNotFoundException(String message) {
        super(message);
    }

    public ClickHouseNotFoundException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
