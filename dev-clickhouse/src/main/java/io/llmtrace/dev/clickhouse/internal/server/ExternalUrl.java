package io.llmtrace.dev.clickhouse.internal.server;

import io.llmtrace.dev.clickhouse.ClickHouseNotFoundException;
import io.llmtrace.dev.clickhouse.internal.engine.Environment;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The URL of an external server: {@code clickhouse://user:password@host:port/database?parameters}. If it names several hosts, the
 * first is used.
 */
public record ExternalUrl(Endpoint endpoint, String authority, String parameters) {

    private static final int DEFAULT_PORT = 8123;
    private static final Pattern URL =
            Pattern.compile("clickhouse://(?<authority>(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?"
                    + "(?<host>[^:,/?@]+)(?::(?<port>\\d{1,5}))?(?:,[^/?@]+)?)(?:/[^?]*)?(?<parameters>\\?.*)?");

    public static ExternalUrl parse(String url) {
        Matcher matcher = URL.matcher(url);
        if (!matcher.matches()) {
            // The message does not show the value, which may contain a password.
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
        // URLDecoder decodes forms, in which a plus means a blank; in a URL it is just a plus.
        return text == null ? otherwise : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    public String url(String database) {
        return "clickhouse://" + authority + "/" + database + parameters;
    }

    @Override
    public String toString() {
        return endpoint.toString();
    }
}
