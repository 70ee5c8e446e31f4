package io.llmtrace.server.internal.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import io.llmtrace.server.internal.failures.Failure;
import io.llmtrace.server.internal.failures.FailureForm;
import io.llmtrace.server.internal.failures.Problems;
import io.llmtrace.server.internal.web.BasePath;
import java.util.List;
import java.util.stream.Collectors;

/**
 * All routes of the server. As a {@link FailureForm}, it reports failures that occur before a route is called in the form of
 * the route with that path.
 *
 * @param basePath below which all routes are served as well
 * @param served the routes
 */
public record Routes(BasePath basePath, List<Route> served) implements FailureForm {

    private static final String PREFIXED =
            "nothing is at this path; see /docs. If a proxy serves llmtrace under a path,"
                    + " set public-url to the address with that path";

    /** Copies the list. */
    public Routes {
        served = List.copyOf(served);
    }

    /** Reports a failure in the form of the route with the request's path, or as a problem document if there is no such route. */
    @Override
    public HttpResponse render(Failure failure, RequestHeaders request) {
        String path = pathOf(request);
        return served.stream()
                .filter(route -> route.matches(path))
                .findFirst()
                .map(Route::failureForm)
                .orElse(Problems.FORM)
                .render(failure, request);
    }

    /** Returns 405 with the methods that the path supports, or 404 if there is no such path. */
    public HttpResponse notFound(HttpRequest request) {
        String path = pathOf(request.headers());
        List<HttpMethod> methods = served.stream()
                .filter(route -> route.matches(path))
                .flatMap(route -> route.methods().stream())
                .distinct()
                .toList();
        if (methods.isEmpty()) {
            String reason = hasPrefix(path) ? PREFIXED : "nothing is at this path; see /docs";
            return Problems.render(Failure.of(HttpStatus.NOT_FOUND, reason));
        }
        String allowed = methods.stream().map(HttpMethod::name).collect(Collectors.joining(", "));
        return Problems.render(Failure.of(HttpStatus.METHOD_NOT_ALLOWED, "this path answers to " + allowed))
                .mapHeaders(headers -> headers.withMutations(h -> h.set(HttpHeaderNames.ALLOW, allowed)));
    }

    /** Returns whether a path would be one of a route, or a page, without the first steps, as many as a base path may have. */
    private boolean hasPrefix(String path) {
        int slash = path.indexOf('/', 1);
        for (int steps = 0; slash > 0 && steps < BasePath.MAX_STEPS; steps++) {
            String rest = path.substring(slash);
            if (served.stream().anyMatch(route -> route.matches(rest))) {
                return true;
            }
            slash = path.indexOf('/', slash + 1);
        }
        return false;
    }

    private String pathOf(RequestHeaders headers) {
        return basePath.strip(headers.path().split("\\?", 2)[0]);
    }
}
