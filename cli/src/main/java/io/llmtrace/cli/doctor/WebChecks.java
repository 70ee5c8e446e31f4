package io.llmtrace.cli.doctor;

import io.llmtrace.server.ServerConfig;
import io.llmtrace.server.WebConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Checks the settings for proxies and browsers: warns of those that let more in than is usually meant. */
public final class WebChecks {

    /** For documentation only (RFC 5737, RFC 3849), so no proxy has one of them. */
    private static final List<String> NO_PROXIES = List.of("192.0.2.1", "2001:db8::1");

    private WebChecks() {}

    /** Checks the settings of a server; empty if there is nothing to say. */
    public static List<Diagnosis> of(ServerConfig config) {
        WebConfig web = config.web();
        List<Diagnosis> found = new ArrayList<>();
        Predicate<InetAddress> trusted = web.trustsProxy();
        if (NO_PROXIES.stream().map(WebChecks::address).anyMatch(trusted)) {
            found.add(Diagnosis.warn(
                    "proxies",
                    "trusted-proxies " + String.join(",", web.trustedProxies())
                            + " lets every client say by which name it reaches this server: name your proxies only"));
        }
        if (web.allowedOrigins().contains(WebConfig.ANY_ORIGIN)) {
            found.add(Diagnosis.warn(
                    "origins",
                    "allowed-origins * lets every page that somebody opens in a browser send traces:"
                            + " name the pages that should"));
        }
        return found;
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // a literal is not looked up
        }
    }
}
