package io.llmtrace.storage.clickhouse;

import io.llmtrace.storage.clickhouse.internal.engine.Endpoint;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The implementation of the settings of a ClickHouse store. It is not public, so that a new component breaks no caller. */
record ClickHouseSettingsValues(
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
        int maxReadMb,
        boolean compress)
        implements ClickHouseSettings {

    // The defaults, of the builder and of a URL.
    static final String USER = "default";
    static final String DATABASE = "llmtrace";
    static final int CONNECT_TIMEOUT_MS = 5_000;
    static final int QUERY_TIMEOUT_MS = 30_000;
    static final int WRITE_TIMEOUT_MS = 60_000;
    static final int MAX_QUERY_MEMORY_MB = 2_048;
    static final int MAX_BATCH_MB = 256;
    static final int MAX_READ_MB = (int) Math.max(32, Runtime.getRuntime().maxMemory() / 2 >> 20);

    private static final String SCHEME = "clickhouse://";
    private static final String EXPECTED = "clickhouse://USER:PASSWORD@HOST:PORT,…/DATABASE?parameter=value&…";
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,63}");
    private static final List<String> PARAMETERS = List.of(
            "tls",
            "tls_ca_file",
            "cluster",
            "connect_timeout_ms",
            "query_timeout_ms",
            "write_timeout_ms",
            "max_query_memory_mb",
            "max_batch_mb",
            "max_read_mb",
            "compress");

    ClickHouseSettingsValues {
        endpoints = List.copyOf(endpoints);
        endpoints.forEach(text -> Endpoint.parse(text, tls, EXPECTED));
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(password, "password");
        argument(!endpoints.isEmpty(), "storage URL without a host, expected " + EXPECTED);
        argument(tls || tlsCaFile == null, "tls_ca_file without tls: add tls=true, or leave the file out");
        requirePositive("connect_timeout_ms", connectTimeout.toMillis());
        requirePositive("query_timeout_ms", queryTimeout.toMillis());
        requirePositive("write_timeout_ms", writeTimeout.toMillis());
        requirePositive("max_query_memory_mb", maxQueryMemoryMb);
        requirePositive("max_batch_mb", maxBatchMb);
        requirePositive("max_read_mb", maxReadMb);
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

    static ClickHouseSettings parse(String url) {
        argument(url.startsWith(SCHEME), "storage URL does not begin with " + SCHEME + ", expected " + EXPECTED);
        String rest = url.substring(SCHEME.length());
        int mark = rest.indexOf('?');
        String parameters = mark < 0 ? "" : rest.substring(mark + 1);
        String address = mark < 0 ? rest : rest.substring(0, mark);
        // Such a URL cannot be split reliably, and messages about its parts would show pieces of the password.
        argument(
                parameters.indexOf('@') < 0,
                "storage URL with an '@' after a '?': write '?' in user and password as %3F, and '@' in parameters as %40");
        int at = address.lastIndexOf('@');
        String credentials = at < 0 ? "" : address.substring(0, at);
        String hostsAndDatabase = address.substring(at + 1);
        int slash = hostsAndDatabase.indexOf('/');
        String hosts = slash < 0 ? hostsAndDatabase : hostsAndDatabase.substring(0, slash);
        String database =
                slash < 0 || slash == hostsAndDatabase.length() - 1 ? DATABASE : hostsAndDatabase.substring(slash + 1);
        int colon = credentials.indexOf(':');
        String user = colon < 0 ? credentials : credentials.substring(0, colon);
        Parameters given = new Parameters(parameters);
        boolean tls = given.flag("tls", false);
        return ClickHouseSettings.builder(endpointsOf(hosts, tls))
                .user(user.isEmpty() ? USER : decode("user", user))
                .password(colon < 0 ? "" : decode("password", credentials.substring(colon + 1)))
                .database(database)
                .tls(tls)
                .tlsCaFile(given.text("tls_ca_file"))
                .cluster(given.text("cluster"))
                .connectTimeout(given.millis("connect_timeout_ms", CONNECT_TIMEOUT_MS))
                .queryTimeout(given.millis("query_timeout_ms", QUERY_TIMEOUT_MS))
                .writeTimeout(given.millis("write_timeout_ms", WRITE_TIMEOUT_MS))
                .maxQueryMemoryMb(given.number("max_query_memory_mb", MAX_QUERY_MEMORY_MB))
                .maxBatchMb(given.number("max_batch_mb", MAX_BATCH_MB))
                .maxReadMb(given.number("max_read_mb", MAX_READ_MB))
                .compress(given.flag("compress", false))
                .build();
    }

    @Override
    public String displayUrl() {
        return SCHEME + String.join(",", endpoints) + "/" + database;
    }

    @Override
    public String toString() {
        return "ClickHouseSettings[" + displayUrl() + (cluster == null ? "" : " cluster=" + cluster)
                + (tls ? " tls" : "") + "]";
    }

    private static List<String> endpointsOf(String hosts, boolean tls) {
        List<String> all = new ArrayList<>();
        for (String host : hosts.split(",", -1)) {
            all.add(Endpoint.parse(host, tls, EXPECTED).toString());
        }
        return all;
    }

    private static String decode(String what, String text) {
        try {
            // URLDecoder decodes forms, in which a plus means a blank; in a URL it is just a plus.
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // Without the cause and its message, which show what may be a password.
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

    /** The parameters after the question mark; of a repeated one, the last counts. */
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
