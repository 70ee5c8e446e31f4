package io.llmtrace.dev.clickhouse;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The URL of a server that is not ours: {@code clickhouse://user:password@host:port/database?parameters}. Of several hosts
 * the first is asked.
 */
record ExternalUrl(Endpoint endpoint, String authority, String parameters) {

    private static final int DEFAULT_PORT = 8123;
    private static final Pattern URL =
            Pattern.compile("clickhouse://(?<authority>(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?"
                    + "(?<host>[^:,/?@]+)(?::(?<port>\\d{1,5}))?(?:,[^/?@]+)?)(?:/[^?]*)?(?<parameters>\\?.*)?");

    static ExternalUrl parse(String url) {
        Matcher matcher = URL.matcher(url);
        if (!matcher.matches()) {
            // Not the value: it may hold a password.
            throw new ClickHouseNotFoundException(
                    Environment.URL + " is not of the form clickhouse://user:password@host:port/database");
        }
        String port = matcher.group("port");
        String parameters = matcher.group("parameters");
        Endpoint endpoint = new Endpoint(
                matcher.group("host"),
                port == null ? DEFAULT_PORT : Integer.parseInt(port),
                decoded(matcher.group("user"), "default"),
                decoded(matcher.group("password"), ""));
        return new ExternalUrl(endpoint, matcher.group("authority"), parameters == null ? "" : parameters);
    }

    private static String decoded(@Nullable String text, String otherwise) {
        // A plus sign is itself here: only forms mean a blank by it.
        return text == null ? otherwise : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    String url(String database) {
        return "clickhouse://" + authority + "/" + database + parameters;
    }

    @Override
    public String toString() {
        return endpoint.toString();
    }
}
