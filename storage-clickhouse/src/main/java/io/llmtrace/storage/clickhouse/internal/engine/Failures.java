package io.llmtrace.storage.clickhouse.internal.engine;

import static io.llmtrace.storage.clickhouse.internal.engine.ServerErrorCode.ALL_CONNECTION_TRIES_FAILED;
import static io.llmtrace.storage.clickhouse.internal.engine.ServerErrorCode.ATTEMPT_TO_READ_AFTER_EOF;
import static io.llmtrace.storage.clickhouse.internal.engine.ServerErrorCode.NETWORK_ERROR;
import static io.llmtrace.storage.clickhouse.internal.engine.ServerErrorCode.SOCKET_TIMEOUT;

import com.clickhouse.client.api.ConnectionInitiationException;
import com.clickhouse.client.api.ServerException;
import io.llmtrace.storage.AccessRefusedException;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.clickhouse.ClickHouseSettings;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Translates errors of the server and the network to the typed errors of the storage contract. */
final class Failures {

    /** The grants that llmtrace needs; {@code DATABASE} is a placeholder. */
    static final List<String> GRANTS = List.of(
            "GRANT SELECT, INSERT, ALTER DELETE, ALTER UPDATE, ALTER ADD COLUMN, ALTER ADD INDEX, CREATE DATABASE, CREATE TABLE, CREATE VIEW,"
                    + " DROP TABLE, OPTIMIZE ON DATABASE.*",
            "GRANT TABLE ENGINE ON *",
            "GRANT SELECT ON system.parts",
            "GRANT SELECT ON system.mutations");

    /** The grants needed in a cluster, beyond {@link #GRANTS}. */
    static final List<String> CLUSTER_GRANTS =
            List.of("GRANT CLUSTER, REMOTE, CREATE TEMPORARY TABLE ON *.*", "GRANT SELECT ON system.*");

    /** The codes of a connection between two nodes that was refused, broken, or too slow. */
    private static final Set<ServerErrorCode> LOST_NODE =
            EnumSet.of(ATTEMPT_TO_READ_AFTER_EOF, SOCKET_TIMEOUT, NETWORK_ERROR, ALL_CONNECTION_TRIES_FAILED);

    private static final Pattern WHITESPACE = Pattern.compile("\\s+");
    private static final int MAX_MESSAGE_CHARACTERS = 300;

    private Failures() {}

    static StorageException of(Throwable failure, Sql sql, ClickHouseSettings settings) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StorageException known) {
                return known;
            }
            if (cause instanceof ServerException answer) {
                return of(answer, sql, settings);
            }
        }
        return new UnavailableException(withoutAnswer(failure, sql, settings), failure);
    }

    /** Returns whether the server lost its connection to another node: a second try uses other replicas of that node's shard. */
    static boolean isLostNode(StorageException failure) {
        return failure.getCause() instanceof ServerException answer
                && LOST_NODE.contains(ServerErrorCode.of(answer.getCode()));
    }

    /** Returns the error for a client that cannot be created. Only the file of certificates is not checked with the settings. */
    static StorageException ofSettings(Throwable failure, ClickHouseSettings settings) {
        return new InvalidRequestException(
                settings.displayUrl()
                        + " cannot be opened; tls_ca_file must name a file of certificates in PEM, and is "
                        + (settings.tlsCaFile() == null ? "not set" : settings.tlsCaFile()) + ": "
                        + rootMessage(failure),
                failure);
    }

    private static String withoutAnswer(Throwable failure, Sql sql, ClickHouseSettings settings) {
        String url = settings.displayUrl();
        if (Thread.currentThread().isInterrupted()) {
            return url + " (" + sql.name() + "): the thread was interrupted before the answer was there.";
        }
        if (has(failure, SSLException.class)) {
            return url + " cannot be reached by TLS (" + sql.name() + "): " + rootMessage(failure)
                    + ". Does this port speak TLS, and does tls_ca_file ("
                    + (settings.tlsCaFile() == null ? "not set: the JDK's certificates count" : settings.tlsCaFile())
                    + ") name the certificate to trust?";
        }
        if (has(failure, SocketTimeoutException.class) && !has(failure, ConnectionInitiationException.class)) {
            return url + " gave no answer (" + sql.name()
                    + ") in time: the server hangs, or the network does; write_timeout_ms is "
                    + settings.writeTimeout().toMillis() + ", query_timeout_ms "
                    + settings.queryTimeout().toMillis() + ".";
        }
        return url + " cannot be reached (" + sql.name() + "): " + rootMessage(failure)
                + ". Is the server up, and are host, port and tls right?";
    }

    private static boolean has(Throwable failure, Class<? extends Throwable> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    private static StorageException of(ServerException answer, Sql sql, ClickHouseSettings settings) {
        String at = settings.displayUrl() + " (" + sql.name() + "): ";
        String detail = " Code " + answer.getCode() + ": " + shorten(answer.getMessage());
        return switch (ServerErrorCode.of(answer.getCode())) {
            case UNKNOWN_TABLE, UNKNOWN_DATABASE ->
                new CorruptStoreException(
                        at + "a table or the database is missing; opening the store again creates it, empty." + detail,
                        answer);
            case NO_SUCH_COLUMN_IN_TABLE, UNKNOWN_IDENTIFIER, TYPE_MISMATCH, NO_COMMON_TYPE ->
                new CorruptStoreException(
                        at + "the tables are not those of this version; open the store again to migrate them." + detail,
                        answer);
            case TIMEOUT_EXCEEDED, TOO_SLOW, QUERY_WAS_CANCELLED ->
                new OverloadedException(
                        at + "query_timeout_ms reached ("
                                + settings.queryTimeout().toMillis() + "); narrow the query, or raise it." + detail,
                        answer);
            case MEMORY_LIMIT_EXCEEDED, TOO_MANY_BYTES ->
                new OverloadedException(
                        at + "out of memory on the server; max_query_memory_mb is " + settings.maxQueryMemoryMb()
                                + ". Narrow the query, or give the server more." + detail,
                        answer);
            case TOO_MANY_PARTS ->
                new OverloadedException(
                        at + "too many parts: merges fall behind writes. Write larger batches, or wait." + detail,
                        answer);
            case NOT_ENOUGH_SPACE -> full(at, detail, answer);
            case QUERY_IS_TOO_LARGE ->
                new InvalidRequestException(
                        at + "the statement is too large for the server; use fewer or shorter filters, or raise"
                                + " max_query_size on the server." + detail,
                        answer);
            case TOO_MANY_SIMULTANEOUS_QUERIES, CANNOT_SCHEDULE_TASK, QUOTA_EXCEEDED, NO_FREE_CONNECTION ->
                new OverloadedException(
                        at + "the server accepts no more queries at the moment; try again later." + detail, answer);
            case ACCESS_DENIED ->
                new AccessRefusedException(
                        at + "user '" + settings.user() + "' may not do this. What llmtrace needs: "
                                + needed(settings) + "."
                                + detail,
                        answer);
            case READONLY, TABLE_IS_READ_ONLY ->
                new UnavailableException(
                        at + "user '" + settings.user()
                                + "' or the server is read-only. Give the user a profile without readonly, or wait until"
                                + " the server takes writes." + detail,
                        answer);
            case UNKNOWN_USER, WRONG_PASSWORD, REQUIRED_PASSWORD, AUTHENTICATION_FAILED ->
                new AccessRefusedException(
                        at + "the server refuses user '" + settings.user()
                                + "': check user and password of the storage URL.",
                        answer);
            case ATTEMPT_TO_READ_AFTER_EOF,
                    SOCKET_TIMEOUT,
                    NETWORK_ERROR,
                    ALL_CONNECTION_TRIES_FAILED,
                    TOO_FEW_LIVE_REPLICAS,
                    UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE,
                    UNKNOWN_STATUS_OF_INSERT ->
                new UnavailableException(
                        at
                                + "a node of the cluster cannot be reached. Try again when it is up: the repeated write replaces"
                                + " what other replicas have stored." + detail,
                        answer);
            case OTHER ->
                diskFull(answer)
                        ? full(at, detail, answer)
                        : new UnavailableException(at + "the server failed to run the statement." + detail, answer);
        };
    }

    private static OverloadedException full(String at, String detail, ServerException answer) {
        return new OverloadedException(
                at + "no space left on the server's disk; delete old traces, free some, or add a disk." + detail,
                answer);
    }

    /** Returns whether a statement failed because the server's disk is full. */
    static boolean isFull(StorageException failure) {
        return failure.getCause() instanceof ServerException answer
                && (ServerErrorCode.of(answer.getCode()) == ServerErrorCode.NOT_ENOUGH_SPACE || diskFull(answer));
    }

    private static String needed(ClickHouseSettings settings) {
        List<String> grants = new ArrayList<>(GRANTS);
        if (settings.cluster() != null) {
            grants.addAll(CLUSTER_GRANTS);
        }
        return String.join("; ", grants).replace("DATABASE.", settings.database() + ".");
    }

    private static boolean diskFull(ServerException answer) {
        String message = answer.getMessage();
        return message != null && message.contains("No space left on device");
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return shorten(root.getMessage() == null ? root.toString() : root.getMessage());
    }

    private static String shorten(@Nullable String message) {
        String line = message == null
                ? ""
                : WHITESPACE.matcher(message).replaceAll(" ").strip();
        return line.length() <= MAX_MESSAGE_CHARACTERS ? line : line.substring(0, MAX_MESSAGE_CHARACTERS) + "…";
    }
}
