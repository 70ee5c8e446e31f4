package io.llmtrace.storage.clickhouse.internal.engine;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The error codes of ClickHouse that llmtrace tells apart, under the server's own names ({@code errorCodeToName(241)}). */
enum ServerErrorCode {
    NO_SUCH_COLUMN_IN_TABLE(16),
    ATTEMPT_TO_READ_AFTER_EOF(32),
    UNKNOWN_IDENTIFIER(47),
    TYPE_MISMATCH(53),
    UNKNOWN_TABLE(60),
    UNKNOWN_DATABASE(81),
    TIMEOUT_EXCEEDED(159),
    TOO_SLOW(160),
    READONLY(164),
    UNKNOWN_USER(192),
    WRONG_PASSWORD(193),
    REQUIRED_PASSWORD(194),
    QUOTA_EXCEEDED(201),
    TOO_MANY_SIMULTANEOUS_QUERIES(202),
    NO_FREE_CONNECTION(203),
    SOCKET_TIMEOUT(209),
    NETWORK_ERROR(210),
    QUERY_IS_TOO_LARGE(229),
    MEMORY_LIMIT_EXCEEDED(241),
    TABLE_IS_READ_ONLY(242),
    NOT_ENOUGH_SPACE(243),
    TOO_MANY_PARTS(252),
    ALL_CONNECTION_TRIES_FAILED(279),
    TOO_FEW_LIVE_REPLICAS(285),
    UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE(286),
    TOO_MANY_BYTES(307),
    UNKNOWN_STATUS_OF_INSERT(319),
    NO_COMMON_TYPE(386),
    QUERY_WAS_CANCELLED(394),
    CANNOT_SCHEDULE_TASK(439),
    ACCESS_DENIED(497),
    AUTHENTICATION_FAILED(516),
    /** Any other code. */
    OTHER(-1);

    private static final Map<Integer, ServerErrorCode> BY_NUMBER =
            Stream.of(values()).collect(Collectors.toMap(ServerErrorCode::number, Function.identity()));

    private final int number;

    ServerErrorCode(int number) {
        this.number = number;
    }

    /** Returns the code with this number, or {@link #OTHER}. */
    static ServerErrorCode of(int number) {
        return BY_NUMBER.getOrDefault(number, OTHER);
    }

    int number() {
        return number;
    }
}
