package io.llmtrace.storage.clickhouse;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a ClickHouse store is reached.
 *
 * @param endpoints {@code host:port} of the HTTP interface of one server, or of several of a cluster
 * @param password never shown by {@link #toString()}, in messages or in logs
 * @param database created when missing
 * @param tls whether to speak HTTPS
 * @param tlsCaFile certificates to trust, in PEM; without it those of the JDK
 * @param cluster name of the cluster in the servers' configuration; null for a single server
 * @param connectTimeout for a connection
 * @param queryTimeout after which a query is ended with {@link io.llmtrace.storage.OverloadedException}
 * @param writeTimeout after which a write is given up with {@link io.llmtrace.storage.UnavailableException}
 * @param maxQueryMemoryMb of one query on the server, in MiB
 * @param maxBatchMb of one insert, in MiB before compression; a call with more is refused
 * @param compress whether rows are sent compressed (LZ4): for servers behind a slow network
 */
public record ClickHouseSettings(
        List<String> endpoints,
        String user,
        String password,
        String database,
        boolean tls,
        @Nullable String tlsCaFile,
        @Nullable String cluster,
        Duration connectTimeout,
        Duration queryTimeout,
        Duration writeTimeout,
        int maxQueryMemoryMb,
        int maxBatchMb,
        boolean compress) {

    static final int DEFAULT_PORT = 8123;
    static final int DEFAULT_TLS_PORT = 8443;

    private static final String SCHEME = "clickhouse://";
    private static final String EXPECTED = "clickhouse://USER:PASSWORD@HOST:PORT,…/DATABASE?parameter=value&…";
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,63}");
    private static final Pattern HOST_AND_PORT =
            Pattern.compile("(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?");
    private static final List<String> PARAMETERS = List.of(
            "tls",
            "tls_ca_file",
            "cluster",
            "connect_timeout_ms",
            "query_timeout_ms",
            "write_timeout_ms",
            "max_query_memory_mb",
            "max_batch_mb",
            "compress");

    public ClickHouseSettings {
        endpoints = List.copyOf(endpoints);
        endpoints.forEach(text -> endpoint(text, tls));
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(password, "password");
        argument(!endpoints.isEmpty(), "storage URL without a host, expected " + EXPECTED);
        argument(tls || tlsCaFile == null, "tls_ca_file without tls: add tls=true, or leave the file out");
        requirePositive("connect_timeout_ms", connectTimeout.toMillis());
        requirePositive("query_timeout_ms", queryTimeout.toMillis());
        requirePositive("write_timeout_ms", writeTimeout.toMillis());
        requirePositive("max_query_memory_mb", maxQueryMemoryMb);
        requirePositive("max_batch_mb", maxBatchMb);
        argument(
                NAME.matcher(database).matches(),
                "database not a name of letters, digits, '_' and '-', at most 64: '" + database + "'");
        argument(
                cluster == null || NAME.matcher(cluster).matches(),
                "cluster not a name of letters, digits, '_' and '-', at most 64: '" + cluster + "'");
        argument(
                cluster != null || endpoints.size() == 1,
                "several hosts without a cluster: add ?cluster=NAME, or give one host: " + String.join(",", endpoints));
    }

    /**
     * @param url {@code clickhouse://user:password@host:port,host:port/database?tls=true&cluster=name&…}; user and password
     *     percent-encoded where they hold {@code : / @ ? %}, parameters where they hold {@code @ & %}
     * @throws IllegalArgumentException naming the part that is wrong, without its secrets
     */
    public static ClickHouseSettings parse(String url) {
        argument(url.startsWith(SCHEME), "storage URL does not begin with " + SCHEME + ", expected " + EXPECTED);
        String rest = url.substring(SCHEME.length());
        int mark = rest.indexOf('?');
        String parameters = mark < 0 ? "" : rest.substring(mark + 1);
        String place = mark < 0 ? rest : rest.substring(0, mark);
        // Such a URL cannot be cut into its parts, and messages about them would show pieces of the password.
        argument(
                parameters.indexOf('@') < 0,
                "storage URL with an '@' behind a '?': write '?' in user and password as %3F, and '@' in parameters as %40");
        int at = place.lastIndexOf('@');
        String credentials = at < 0 ? "" : place.substring(0, at);
        String hostsAndDatabase = place.substring(at + 1);
        int slash = hostsAndDatabase.indexOf('/');
        String hosts = slash < 0 ? hostsAndDatabase : hostsAndDatabase.substring(0, slash);
        String database = slash < 0 || slash == hostsAndDatabase.length() - 1
                ? "llmtrace"
                : hostsAndDatabase.substring(slash + 1);
        int colon = credentials.indexOf(':');
        String user = colon < 0 ? credentials : credentials.substring(0, colon);
        Parameters given = new Parameters(parameters);
        boolean tls = given.flag("tls", false);
        return new ClickHouseSettings(
                endpointsOf(hosts, tls),
                user.isEmpty() ? "default" : decode("user", user),
                colon < 0 ? "" : decode("password", credentials.substring(colon + 1)),
                database,
                tls,
                given.text("tls_ca_file"),
                given.text("cluster"),
                given.millis("connect_timeout_ms", 5_000),
                given.millis("query_timeout_ms", 30_000),
                given.millis("write_timeout_ms", 60_000),
                given.number("max_query_memory_mb", 2_048),
                given.number("max_batch_mb", 256),
                given.flag("compress", false));
    }

    /** What a message or a log may show: without user and password. */
    public String displayUrl() {
        return SCHEME + String.join(",", endpoints) + "/" + database;
    }

    @Override
    public String toString() {
        return "ClickHouseSettings[" + displayUrl() + (cluster == null ? "" : " cluster=" + cluster)
                + (tls ? " tls" : "") + "]";
    }

    /** The same, of one of the servers. */
    ClickHouseSettings at(Endpoint endpoint) {
        return new ClickHouseSettings(
                List.of(endpoint.toString()),
                user,
                password,
                database,
                tls,
                tlsCaFile,
                cluster,
                connectTimeout,
                queryTimeout,
                writeTimeout,
                maxQueryMemoryMb,
                maxBatchMb,
                compress);
    }

    List<Endpoint> servers() {
        return endpoints.stream().map(text -> endpoint(text, tls)).toList();
    }

    private static List<String> endpointsOf(String hosts, boolean tls) {
        List<String> all = new ArrayList<>();
        for (String host : hosts.split(",", -1)) {
            all.add(endpoint(host, tls).toString());
        }
        return all;
    }

    private static Endpoint endpoint(String text, boolean tls) {
        Matcher matcher = HOST_AND_PORT.matcher(text);
        argument(matcher.matches(), "not a host or host:port: '" + untilColon(text) + "', expected " + EXPECTED);
        String host = matcher.group(1);
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        String port = matcher.group(2);
        int number = port == null ? (tls ? DEFAULT_TLS_PORT : DEFAULT_PORT) : Integer.parseInt(port);
        argument(number >= 1 && number <= 65_535, "port not in [1, 65535]: " + number);
        return new Endpoint(host, number);
    }

    /** What is behind the colon may be a password, in a URL where the host was forgotten. */
    private static String untilColon(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return text;
        }
        return colon == 0 ? "" : text.substring(0, colon) + ":…";
    }

    private static String decode(String what, String text) {
        try {
            // A plus is itself in a URL: only forms mean a blank by it.
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // Neither its message nor the cause: they show what may be a password.
            throw new IllegalArgumentException(what + " has a '%' that two hex digits do not follow: write it as %25");
        }
    }

    private static void requirePositive(String name, long value) {
        argument(value > 0, name + " <= 0: " + value);
    }

    private static void argument(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /** What stands behind the question mark. */
    private static final class Parameters {
        private final List<String[]> all;

        Parameters(String text) {
            all = text.isEmpty()
                    ? List.of()
                    : List.of(text.split("&")).stream()
                            .map(part -> part.split("=", 2))
                            .collect(Collectors.toList());
            for (String[] parameter : all) {
                argument(
                        PARAMETERS.contains(parameter[0]),
                        "unknown parameter of a clickhouse URL, known are " + PARAMETERS + ": '" + parameter[0] + "'");
            }
        }

        @Nullable
        String text(String name) {
            String value = null;
            for (String[] parameter : all) {
                if (parameter[0].equals(name)) {
                    value = parameter.length == 1 ? "" : decode(name, parameter[1]);
                }
            }
            return value;
        }

        boolean flag(String name, boolean otherwise) {
            String value = text(name);
            if (value == null) {
                return otherwise;
            }
            argument(value.equals("true") || value.equals("false"), name + " not in [true, false]: '" + value + "'");
            return value.equals("true");
        }

        Duration millis(String name, int otherwise) {
            return Duration.ofMillis(number(name, otherwise));
        }

        int number(String name, int otherwise) {
            String value = text(name);
            if (value == null) {
                return otherwise;
            }
            argument(value.matches("[1-9][0-9]{0,8}"), name + " not a whole number > 0: '" + value + "'");
            return Integer.parseInt(value);
        }
    }
}
