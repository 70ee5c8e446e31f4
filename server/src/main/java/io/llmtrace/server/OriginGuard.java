package io.llmtrace.server;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.net.URI;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages of others out. A page that a browser has open can send requests to this machine: it cannot read the answers,
 * unless its host name is made to point here (DNS rebinding), but it could write.
 *
 * <ul>
 *   <li>A server on loopback serves only requests for a name of this machine.
 *   <li>A write with an {@code Origin}, which browsers send and other clients do not, must come from a page of this server.
 * </ul>
 */
final class OriginGuard {

    private static final Set<HttpMethod> READS = EnumSet.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    /** The last is how a container of Docker Desktop calls its host. */
    private static final Pattern LOCAL_NAMES = Pattern.compile(
            "localhost|.+\\.localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[::1]|host\\.docker\\.internal");

    private final boolean loopbackOnly;
    private final String host;

    OriginGuard(ServerConfig config) {
        this.loopbackOnly = config.loopbackOnly();
        this.host = config.host().toLowerCase(Locale.ROOT);
    }

    HttpResponse serve(HttpService delegate, ServiceRequestContext context, HttpRequest request) throws Exception {
        Failure failure = check(request.headers());
        return failure == null ? delegate.serve(context, request) : FailureRenderer.render(failure, request.headers());
    }

    @Nullable
    Failure check(RequestHeaders headers) {
        String authority = String.valueOf(headers.authority()).toLowerCase(Locale.ROOT);
        if (loopbackOnly && !isLocal(authority)) {
            return Failure.of(
                    HttpStatus.FORBIDDEN,
                    "Host is not a name of this machine; use localhost, or set host to serve other machines");
        }
        String origin = headers.get(HttpHeaderNames.ORIGIN);
        if (origin != null && !READS.contains(headers.method()) && !isSame(origin, authority)) {
            return Failure.of(HttpStatus.FORBIDDEN, "Origin is another site; its pages may not write here");
        }
        return null;
    }

    private boolean isLocal(String authority) {
        String name = authority.replaceFirst(":\\d*$", "");
        return name.equals(host) || LOCAL_NAMES.matcher(name).matches();
    }

    private static boolean isSame(String origin, String authority) {
        try {
            return authority.equals(
                    String.valueOf(URI.create(origin).getAuthority()).toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
