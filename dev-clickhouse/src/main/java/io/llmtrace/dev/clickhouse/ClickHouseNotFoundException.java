package io.llmtrace.dev.clickhouse;

import org.jspecify.annotations.Nullable;

/** There is no ClickHouse on this machine, and none could be fetched. The message says what to install or to set. */
public final class ClickHouseNotFoundException extends ClickHouseStartException {

    private static final long serialVersionUID = 1L;

    public ClickHouseNotFoundException(String message) {
        super(message);
    }

    public ClickHouseNotFoundException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
