package io.llmtrace.storage.clickhouse.internal.engine;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The HTTP address of one server. */
public record Endpoint(String host, int port) {

    /** Default port for HTTP. */
    public static final int DEFAULT_PORT = 8123;

    /** Default port for HTTPS. */
    public static final int DEFAULT_TLS_PORT = 8443;

    private static final Pattern HOST_AND_PORT =
            Pattern.compile("(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?");

    /**
     * Parses {@code host} or {@code host:port}; an IPv6 address is written in brackets.
     *
     * @param expected the form of the whole URL, for the message
     * @throws IllegalArgumentException if it is neither; the message shows nothing after a colon, which may be a password
     */
    public static Endpoint parse(String text, boolean tls, String expected) {
        Matcher matcher = HOST_AND_PORT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "not a host or host:port: '" + untilColon(text) + "', expected " + expected);
        }
        String host = matcher.group(1);
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        String port = matcher.group(2);
        int number = port == null ? (tls ? DEFAULT_TLS_PORT : DEFAULT_PORT) : Integer.parseInt(port);
        if (number < 1 || number > 65_535) {
            throw new IllegalArgumentException("port not in [1, 65535]: " + number);
        }
        return new Endpoint(host, number);
    }

    /** Returns the text up to its first colon: in a URL whose host was forgotten, a password may follow. */
    private static String untilColon(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return text;
        }
        return colon == 0 ? "" : text.substring(0, colon) + ":…";
    }

    /** Returns {@code host:port}. */
    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
