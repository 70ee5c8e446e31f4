package io.llmtrace.server;

import io.llmtrace.server.internal.web.BasePath;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How browsers and proxies reach the server: under which names it is known, which proxies it believes, and which pages of other sites
 * may export to it. By default it answers to the names of its machine, believes no proxy, and accepts writes of its own pages only.
 * Messages name a setting as the command line does: {@code public-url} for {@code publicUrl}. Immutable.
 */
public final class WebConfig {

    /** Allows the pages of every site to export; see {@link #allowedOrigins()}. */
    public static final String ANY_ORIGIN = "*";

    /** A path without a slash at the end, of characters that need no escape in HTML or in a header; empty for the root. */
    private static final Pattern BASE_PATH =
            Pattern.compile("(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*){0," + BasePath.MAX_STEPS + "}");

    /** The first steps of the server's own paths: below them, a path could be one of its own or not, depending on the proxy. */
    private static final Pattern OWN_PATH =
            Pattern.compile("/(?:api|v1|ui|docs|health|metrics|traces|sessions|dashboard|security)(?:/.*)?");

    private static final int MAX_BASE_PATH = 256;

    private static final Pattern HOST =
            Pattern.compile("[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?|\\[[0-9a-f:.]{2,45}]", Pattern.CASE_INSENSITIVE);

    private static final Pattern ORIGIN =
            Pattern.compile("([a-z][a-z0-9+.-]*)://([^/?#@:\\[\\]]+|\\[[^]/]+])(:\\d{1,5})?");

    private final @Nullable URI publicUrl;
    private final List<String> allowedHosts;
    private final List<String> trustedProxies;
    private final List<String> allowedOrigins;

    private WebConfig(Builder builder) {
        this.publicUrl = builder.publicUrl == null ? null : parsePublicUrl(builder.publicUrl.toString());
        this.allowedHosts =
                builder.allowedHosts.stream().map(WebConfig::parseHost).toList();
        this.trustedProxies =
                builder.trustedProxies.stream().map(WebConfig::requireProxy).toList();
        this.allowedOrigins =
                builder.allowedOrigins.stream().map(WebConfig::parseOrigin).toList();
    }

    /** Returns the defaults: no proxy, no further names, no foreign pages. */
    public static WebConfig defaults() {
        return builder().build();
    }

    /** Returns a builder that begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the address that users see, without a slash at the end, such as {@code https://traces.example.com/llmtrace}. A server on
     * loopback answers to its host. Pages of its origin may write. Everything is served under its path, too, for a proxy that leaves
     * the path in place.
     */
    public Optional<URI> publicUrl() {
        return Optional.ofNullable(publicUrl);
    }

    /** Returns the path of {@link #publicUrl()}, such as {@code /llmtrace}; empty if that has none. */
    public String basePath() {
        return publicUrl == null ? "" : publicUrl.getRawPath();
    }

    /** Returns further names, in lower case, to which a server on loopback answers, on any port. */
    public List<String> allowedHosts() {
        return allowedHosts;
    }

    /**
     * Returns the addresses or CIDR blocks of the proxies whose {@code Forwarded} and {@code X-Forwarded-…} headers count. Loopback is
     * not among them unless it is named.
     */
    public List<String> trustedProxies() {
        return trustedProxies;
    }

    /**
     * Returns the origins of pages that may export over OTLP/HTTP, such as {@code https://app.example.com}, or {@link #ANY_ORIGIN}. It
     * does not open the REST API to them.
     */
    public List<String> allowedOrigins() {
        return allowedOrigins;
    }

    /** Returns whether an address is that of a trusted proxy. */
    public Predicate<InetAddress> trustsProxy() {
        List<AddressBlock> blocks =
                trustedProxies.stream().map(AddressBlock::parse).toList();
        return address -> blocks.stream().anyMatch(block -> block.contains(address));
    }

    /** Returns whether a text is a path under which a proxy can serve the pages: empty, or {@code /a/b} without a slash at the end. */
    public static boolean isBasePath(String path) {
        return path.length() <= MAX_BASE_PATH && BASE_PATH.matcher(path).matches();
    }

    /**
     * Parses a public URL, and removes the slash at its end.
     *
     * @throws IllegalArgumentException if it is none; the message does not repeat the text
     */
    public static URI parsePublicUrl(String text) {
        try {
            URI url = new URI(text.replaceFirst("/+$", ""));
            String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
            if ((scheme.equals("http") || scheme.equals("https"))
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null
                    && isBasePath(url.getRawPath())
                    && !OWN_PATH.matcher(url.getRawPath()).matches()) {
                return new URI(scheme + "://" + url.getRawAuthority().toLowerCase(Locale.ROOT) + url.getRawPath());
            }
        } catch (URISyntaxException e) {
            throw notPublicUrl(e);
        }
        throw notPublicUrl(null);
    }

    private static IllegalArgumentException notPublicUrl(@Nullable Throwable cause) {
        return new IllegalArgumentException(
                "not a URL such as https://traces.example.com or https://example.com/llmtrace, without user, query and fragment; the path must not begin as the server's own do, such as /api, /v1 and /traces",
                cause);
    }

    /**
     * Parses an allowed host.
     *
     * @throws IllegalArgumentException if it is none; the message does not repeat the text
     */
    public static String parseHost(String text) {
        String host = text.indexOf(':') >= 0 && !text.startsWith("[") ? "[" + text + "]" : text;
        if (!HOST.matcher(host).matches()) {
            throw new IllegalArgumentException(
                    "not a host name such as traces.example.com, without scheme, port, path and wildcard");
        }
        return host.toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the address or CIDR block of a proxy as it is.
     *
     * @throws IllegalArgumentException if it is none; the message does not repeat the text
     */
    public static String requireProxy(String text) {
        AddressBlock.parse(text);
        return text;
    }

    /**
     * Parses an allowed origin.
     *
     * @throws IllegalArgumentException if it is none; the message does not repeat the text
     */
    public static String parseOrigin(String text) {
        if (text.equals(ANY_ORIGIN)) {
            return text;
        }
        Matcher origin = ORIGIN.matcher(text.toLowerCase(Locale.ROOT));
        if (!origin.matches() || !HOST.matcher(origin.group(2)).matches()) {
            throw new IllegalArgumentException(
                    "not an origin such as https://app.example.com or http://localhost:3000, without path and wildcard, nor *");
        }
        boolean isDefaultPort = origin.group().endsWith(origin.group(1).equals("https") ? ":443" : ":80");
        return isDefaultPort && origin.group(3) != null // browsers leave it out
                ? origin.group(1) + "://" + origin.group(2)
                : origin.group();
    }

    @Override
    public String toString() {
        return "WebConfig[public-url=" + publicUrl + " allowed-hosts=" + allowedHosts + " trusted-proxies="
                + trustedProxies + " allowed-origins=" + allowedOrigins + "]";
    }

    /** Builds a configuration; what is not set keeps its default. */
    public static final class Builder {
        private @Nullable URI publicUrl;
        private List<String> allowedHosts = List.of();
        private List<String> trustedProxies = List.of();
        private List<String> allowedOrigins = List.of();

        private Builder() {}

        /** Sets the address that users see; null for none. */
        public Builder publicUrl(@Nullable URI value) {
            this.publicUrl = value;
            return this;
        }

        /** Sets further names to which a server on loopback answers. */
        public Builder allowedHosts(List<String> value) {
            this.allowedHosts = List.copyOf(value);
            return this;
        }

        /** Sets the addresses or CIDR blocks of the proxies whose headers count. */
        public Builder trustedProxies(List<String> value) {
            this.trustedProxies = List.copyOf(value);
            return this;
        }

        /** Sets the origins of pages that may export over OTLP/HTTP. */
        public Builder allowedOrigins(List<String> value) {
            this.allowedOrigins = List.copyOf(value);
            return this;
        }

        /**
         * Returns the configuration.
         *
         * @throws IllegalArgumentException if a value is not what its setting takes
         */
        public WebConfig build() {
            return new WebConfig(this);
        }
    }
}
