package io.llmtrace.storage.clickhouse;

import com.clickhouse.client.api.ConnectionInitiationException;
import com.clickhouse.client.api.ServerException;
import io.llmtrace.storage.AccessRefusedException;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.UnavailableException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What the server or the network said, as an error of the contract. */
final class Failures {

    /** All that llmtrace needs, for the database {@code DATABASE}. */
    static final List<String> GRANTS = List.of(
            "GRANT SELECT, INSERT, ALTER DELETE, ALTER UPDATE, ALTER ADD COLUMN, CREATE DATABASE, CREATE TABLE, CREATE VIEW, OPTIMIZE"
                    + " ON DATABASE.*",
            "GRANT TABLE ENGINE ON *",
            "GRANT SELECT ON system.parts");

    /** Beyond {@link #GRANTS}, in a cluster. */
    static final List<String> CLUSTER_GRANTS =
            List.of("GRANT CLUSTER, REMOTE, CREATE TEMPORARY TABLE ON *.*", "GRANT SELECT ON system.*");

    /** A connection between two nodes was refused, broken, or too slow. */
    private static final Set<Integer> LOST_NODE = Set.of(32, 209, 210, 279);

    private static final Pattern WITHIN_MESSAGE = Pattern.compile("\\s+");
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

    /** Whether the server that was asked has lost another node on the way: a second try finds that node's other copies. */
    static boolean isLostNode(StorageException failure) {
        return failure.getCause() instanceof ServerException answer && LOST_NODE.contains(answer.getCode());
    }

    /** Before anything is sent. All but the file of certificates is checked with the settings. */
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
        String said = " Code " + answer.getCode() + ": " + shorten(answer.getMessage());
        return switch (answer.getCode()) {
            case 60, 81 ->
                new CorruptStoreException(
                        at + "a table or the database is missing; opening the store again makes it anew, empty." + said,
                        answer);
            case 16, 47, 53, 386 ->
                new CorruptStoreException(
                        at + "the tables are not those of this version; open the store again to migrate it." + said,
                        answer);
            case 159, 160, 394 ->
                new OverloadedException(
                        at + "query_timeout_ms reached ("
                                + settings.queryTimeout().toMillis() + "); narrow the query, or raise it." + said,
                        answer);
            case 241, 307 ->
                new OverloadedException(
                        at + "out of memory on the server; max_query_memory_mb is " + settings.maxQueryMemoryMb()
                                + ". Narrow the query, or give the server more." + said,
                        answer);
            case 252 ->
                new OverloadedException(
                        at
                                + "too many parts: the server merges more slowly than is written. Write larger batches, or wait."
                                + said,
                        answer);
            case 243, 229 ->
                new OverloadedException(
                        at + "no space left on the server's disk; free some, or add a disk." + said, answer);
            case 202, 439, 201, 203 ->
                new OverloadedException(
                        at + "the server has no room for this query now; try again later." + said, answer);
            case 497 ->
                new AccessRefusedException(
                        at + "user '" + settings.user() + "' may not do this. What llmtrace needs: "
                                + needed(settings) + "."
                                + said,
                        answer);
            case 164, 242 ->
                new UnavailableException(
                        at + "user '" + settings.user()
                                + "' or the server is read-only. Give the user a profile without readonly, or wait until"
                                + " the server takes writes." + said,
                        answer);
            case 192, 193, 194, 516 ->
                new AccessRefusedException(
                        at + "the server refuses user '" + settings.user()
                                + "': check user and password of the storage URL.",
                        answer);
            case 32, 209, 210, 279, 285, 286, 319 ->
                new UnavailableException(
                        at
                                + "a node of the cluster cannot be reached. Try again when it is up: what its other copies have"
                                + " got by now is replaced then." + said,
                        answer);
            default ->
                diskFull(answer)
                        ? new OverloadedException(
                                at + "no space left on the server's disk; free some, or add a disk." + said, answer)
                        : new UnavailableException(at + "the server could not do it." + said, answer);
        };
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
                : WITHIN_MESSAGE.matcher(message).replaceAll(" ").strip();
        return line.length() <= MAX_MESSAGE_CHARACTERS ? line : line.substring(0, MAX_MESSAGE_CHARACTERS) + "…";
    }
}
