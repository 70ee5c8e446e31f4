package io.llmtrace.server.internal.web;

import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.llmtrace.server.WebConfig;
import io.netty.util.AttributeKey;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code Forwarded} and {@code X-Forwarded-For}, {@code -Host}, {@code -Proto} and {@code -Prefix}. They count only if the
 * connection comes from a trusted proxy: anybody can send them.
 *
 * <pre>
 * client c → proxy a → proxy b → this server      X-Forwarded-For: (whatever c sent), c, a
 * </pre>
 *
 * Each proxy appends to what it received. With b trusted, the last value counts. With a trusted as well, the one before it counts, and
 * so on; the rest comes from the client. Where a list is shorter, because the proxies replace the value, its first value counts.
 */
public final class Forwarding {

    private static final AttributeKey<ForwardedRequest> REQUEST = AttributeKey.valueOf(Forwarding.class, "REQUEST");

    private final Predicate<InetAddress> trusted;

    /** Believes the trusted proxies of the configuration. */
    public Forwarding(WebConfig config) {
        this.trusted = config.trustsProxy();
    }

    /** Reads the headers of a request, and keeps the result for {@link #requestOf}. */
    ForwardedRequest read(ServiceRequestContext context, RequestHeaders headers) {
        ForwardedRequest request = read(context.remoteAddress().getAddress(), headers);
        context.setAttr(REQUEST, request);
        return request;
    }

    /** Returns how the client of a request sees the server. */
    public static ForwardedRequest requestOf(ServiceRequestContext context) {
        return Objects.requireNonNull(context.attr(REQUEST), "the request has not passed the guard");
    }

    ForwardedRequest read(InetAddress peer, RequestHeaders headers) {
        String authority = lower(String.valueOf(headers.authority()));
        if (!trusted.test(peer)) {
            return new ForwardedRequest(List.of(authority), authority, null, "", peer.getHostAddress());
        }
        List<String> standardClients = parameter(headers, "for");
        List<String> commonClients = values(headers, "x-forwarded-for");
        Chain standard = Chain.of(standardClients, peer, trusted);
        Chain common = Chain.of(commonClients, peer, trusted);
        List<String> commonHosts = values(headers, "x-forwarded-host");
        List<String> standardHosts = parameter(headers, "host");
        String commonHost = common.valueOf(commonHosts);
        String standardHost = standard.valueOf(standardHosts);
        String commonScheme = common.valueOf(values(headers, "x-forwarded-proto"));
        String standardScheme = standard.valueOf(parameter(headers, "proto"));
        return new ForwardedRequest(
                Stream.of(List.of(authority), commonHosts, standardHosts)
                        .flatMap(List::stream)
                        .filter(named -> !named.isEmpty())
                        .map(Forwarding::lower)
                        .distinct()
                        .toList(),
                lower(firstPresent(commonHost, standardHost, authority)),
                emptyToNull(lower(firstPresent(commonScheme, standardScheme, ""))),
                prefixOf(headers),
                commonClients.isEmpty() ? standard.client() : common.client());
    }

    /** Each proxy that removes a part of the path adds this part, so that the path of the client is all of them together. */
    private static String prefixOf(RequestHeaders headers) {
        StringBuilder prefix = new StringBuilder();
        values(headers, "x-forwarded-prefix").forEach(part -> prefix.append(part.replaceFirst("/+$", "")));
        return prefix.toString();
    }

    private static List<String> values(RequestHeaders headers, String name) {
        return headers.getAll(name).stream()
                .flatMap(line -> Stream.of(line.split(",", -1)))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .toList();
    }

    /** Returns a parameter of each element of {@code Forwarded} (RFC 7239), empty where an element lacks it. */
    private static List<String> parameter(RequestHeaders headers, String name) {
        List<String> found = new ArrayList<>();
        for (String element : values(headers, "forwarded")) {
            found.add(Stream.of(element.split(";", -1))
                    .map(pair -> pair.split("=", 2))
                    .filter(pair -> pair.length == 2 && pair[0].strip().equalsIgnoreCase(name))
                    .map(pair -> pair[1].strip().replace("\"", ""))
                    .findFirst()
                    .orElse(""));
        }
        return found;
    }

    private static String firstPresent(String first, String second, String third) {
        return Stream.of(first, second, third)
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static @Nullable String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /**
     * The trusted proxies that a request has passed, one after the other.
     *
     * @param length number of trusted proxies, at least one: that at the other end of the connection
     * @param client the address that the first of them reports
     */
    private record Chain(int length, String client) {

        static Chain of(List<String> addresses, InetAddress peer, Predicate<InetAddress> trusted) {
            int length = 1;
            String client = peer.getHostAddress();
            for (int i = addresses.size() - 1; i >= 0; i--) {
                String address = withoutPort(addresses.get(i));
                client = address.isEmpty() ? client : address;
                if (!isTrusted(address, trusted)) {
                    break;
                }
                length++;
            }
            return new Chain(length, client);
        }

        String valueOf(List<String> values) {
            return values.isEmpty() ? "" : values.get(Math.max(0, values.size() - length));
        }

        private static String withoutPort(String address) {
            if (address.startsWith("[")) {
                return address.replaceFirst("^\\[([^]]*)].*$", "$1");
            }
            return address.indexOf(':') == address.lastIndexOf(':') ? address.replaceFirst(":.*$", "") : address;
        }

        private static boolean isTrusted(String address, Predicate<InetAddress> trusted) {
            InetAddress parsed = NetUtil.createInetAddressFromIpAddressString(address);
            return parsed != null && trusted.test(parsed);
        }
    }
}
