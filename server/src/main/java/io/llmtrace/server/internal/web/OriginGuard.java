package io.llmtrace.server.internal.web;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.server.WebConfig;
import io.llmtrace.server.internal.failures.Failure;
import io.llmtrace.server.internal.failures.FailureForm;
import java.net.URI;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses requests from web pages of other sites. Any page that is open in a browser can send requests to this machine, and so
 * write. If its host name is made to resolve to this machine (DNS rebinding), it can read the responses as well.
 *
 * <ul>
 *   <li>A server on loopback serves only requests for a name of this machine, the host of {@code public-url}, and
 *       {@code allowed-hosts}.
 *   <li>A write with an {@code Origin}, which browsers send and other clients do not, must come from a page of this server. A page of
 *       {@code allowed-origins} may write to the paths of OTLP.
 * </ul>
 *
 * <p>Where a trusted proxy reports the host that the client asked for, this one must be served as well, and is the one that
 * {@code Origin} is compared with.
 */
public final class OriginGuard {

    private static final Logger LOG = LoggerFactory.getLogger(OriginGuard.class);

    private static final Set<HttpMethod> READS = EnumSet.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    /** Names of this machine; the last is the one by which a container of Docker Desktop reaches its host. */
    private static final Pattern LOCAL_NAMES = Pattern.compile(
            "localhost|.+\\.localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[::1]|host\\.docker\\.internal");

    /** What a message may repeat of a header that anybody can send. */
    private static final Pattern PRINTABLE = Pattern.compile("[A-Za-z0-9.:/_\\[\\]-]{1,128}");

    private final boolean loopbackOnly;
    private final String host;
    private final WebConfig web;
    private final BasePath basePath;
    private final Set<String> exportPaths;
    private final Forwarding forwarding;
    private final CrossOrigin crossOrigin;
    private final FailureForm failureForm;

    /**
     * Guards a server with this configuration.
     *
     * @param exportPaths paths of OTLP, to which pages of {@code allowed-origins} may write
     * @param failureForm how a refused request is answered
     */
    public OriginGuard(ServerConfig config, Set<String> exportPaths, FailureForm failureForm) {
        this.loopbackOnly = config.loopbackOnly();
        this.host = config.host().toLowerCase(Locale.ROOT);
        this.web = config.web();
        this.basePath = new BasePath(web.basePath());
        this.exportPaths = Set.copyOf(exportPaths);
        this.forwarding = new Forwarding(web);
        this.crossOrigin = new CrossOrigin(web);
        this.failureForm = failureForm;
    }

    /** Serves a request, or answers 403 if {@link #check} refuses it; a decorator for all services. */
    public HttpResponse serve(HttpService delegate, ServiceRequestContext context, HttpRequest request)
            throws Exception {
        RequestHeaders headers = request.headers();
        ForwardedRequest forwarded = forwarding.read(context, headers);
        allowReading(context, headers);
        Failure failure = check(headers, forwarded);
        if (failure != null) {
            LOG.debug(
                    "refused {} {} of {}: {}", headers.method(), context.path(), forwarded.client(), failure.detail());
            return failureForm.render(failure, headers);
        }
        return CrossOrigin.isPreflight(headers) ? CrossOrigin.permit(headers) : delegate.serve(context, request);
    }

    /** Lets a page that may export read the response, also one of an error. */
    private void allowReading(ServiceRequestContext context, RequestHeaders headers) {
        if (!crossOrigin.isOn() || !isExport(headers)) {
            return;
        }
        context.mutateAdditionalResponseHeaders(response -> {
            response.add(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN.toString());
            String origin = headers.get(HttpHeaderNames.ORIGIN);
            if (origin != null && crossOrigin.allows(origin)) {
                crossOrigin.addTo(response, origin);
            }
        });
    }

    /** Returns why the request is refused; null if it is not. */
    @Nullable
    Failure check(RequestHeaders headers, ForwardedRequest forwarded) {
        for (String authority : forwarded.authorities()) {
            if (loopbackOnly && !isServed(authority)) {
                return Failure.of(
                        HttpStatus.FORBIDDEN,
                        "Host is not a name of this server" + quoted(authority)
                                + "; use localhost, or set allowed-hosts or public-url to serve this one");
            }
        }
        if (!WebConfig.isBasePath(forwarded.prefix())) {
            return Failure.of(
                    HttpStatus.BAD_REQUEST,
                    "X-Forwarded-Prefix is not a path such as /llmtrace" + quoted(forwarded.prefix())
                            + "; correct it at the proxy");
        }
        String origin = headers.get(HttpHeaderNames.ORIGIN);
        boolean asksToWrite = !READS.contains(headers.method()) || CrossOrigin.isPreflight(headers);
        return origin == null || !asksToWrite || isSame(origin, forwarded) ? null : checkForeign(origin, headers);
    }

    private @Nullable Failure checkForeign(String origin, RequestHeaders headers) {
        if (!isExport(headers)) {
            return Failure.of(
                    HttpStatus.FORBIDDEN,
                    "Origin is another site" + quoted(origin)
                            + ", and its pages may not write here; if it is the address"
                            + " of this server at a proxy, set public-url to that address");
        }
        return crossOrigin.allows(origin)
                ? null
                : Failure.of(
                        HttpStatus.FORBIDDEN,
                        "Origin is another site" + quoted(origin)
                                + "; add it to allowed-origins to let its pages send traces");
    }

    private boolean isExport(RequestHeaders headers) {
        return exportPaths.contains(basePath.strip(headers.path().split("\\?", 2)[0]));
    }

    private boolean isServed(String authority) {
        String name = authority.replaceFirst(":\\d*$", "");
        return name.equals(host)
                || name.equals("[" + host + "]")
                || LOCAL_NAMES.matcher(name).matches()
                || web.allowedHosts().contains(name)
                || web.publicUrl().map(URI::getHost).filter(name::equals).isPresent();
    }

    private boolean isSame(String origin, ForwardedRequest forwarded) {
        try {
            URI page = URI.create(origin.toLowerCase(Locale.ROOT));
            String scheme = String.valueOf(page.getScheme());
            String authority = String.valueOf(page.getRawAuthority());
            boolean isPublic = web.publicUrl()
                    .filter(url -> scheme.equals(url.getScheme()))
                    .filter(url -> Authorities.same(scheme, authority, url.getRawAuthority()))
                    .isPresent();
            return isPublic
                    || (forwarded.scheme() == null || scheme.equals(forwarded.scheme()))
                            && Authorities.same(scheme, authority, forwarded.authority());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String quoted(String seen) {
        return PRINTABLE.matcher(seen).matches() ? ": '" + seen + "'" : "";
    }
}
