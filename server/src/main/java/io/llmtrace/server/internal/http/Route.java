package io.llmtrace.server.internal.http;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import io.llmtrace.server.internal.failures.FailureForm;
import io.llmtrace.server.internal.failures.Problems;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A method and a path that the server answers.
 *
 * @param path with {@code {id}} for the part that varies
 * @param parameters names of the query parameters; any other is refused. A name such as {@code tag.{key}} admits every name
 *     with that prefix
 * @param handler answers the requests
 * @param failureForm how failures of its requests are reported, including failures before the handler is called
 * @param threads on which the handler runs
 */
public record Route(
        HttpMethod method,
        String path,
        List<String> parameters,
        Handler handler,
        FailureForm failureForm,
        Threads threads) {

    private static final String ID = "{id}";

    /** The threads on which a handler runs. */
    public enum Threads {
        /** As many as there are requests, up to a limit: the handler may wait for the store. */
        BLOCKING,
        /** The event loop, which answers even if all other threads wait for the store: the handler must not wait. */
        EVENT_LOOP
    }

    /** Returns a route that reads, and reports failures as problem documents. */
    public static Route get(String path, List<String> parameters, Handler handler) {
        return of(HttpMethod.GET, path, parameters, handler, Problems.FORM);
    }

    /** Returns a route without parameters that reads, and whose handler never waits. */
    public static Route immediate(String path, Handler handler) {
        return new Route(HttpMethod.GET, path, List.of(), handler, Problems.FORM, Threads.EVENT_LOOP);
    }

    private static Route of(
            HttpMethod method, String path, List<String> parameters, Handler handler, FailureForm failureForm) {
        return new Route(method, path, parameters, handler, failureForm, Threads.BLOCKING);
    }

    /** Returns a route without parameters that takes a body, and reports failures as problem documents. */
    public static Route post(String path, Handler handler) {
        return post(path, handler, Problems.FORM);
    }

    /** Returns a route that takes a body, and reports failures as problem documents. */
    public static Route post(String path, List<String> parameters, Handler handler) {
        return of(HttpMethod.POST, path, parameters, handler, Problems.FORM);
    }

    /** Returns a route without parameters that takes a body, and reports failures in the given form. */
    public static Route post(String path, Handler handler, FailureForm failureForm) {
        return of(HttpMethod.POST, path, List.of(), handler, failureForm);
    }

    /** Returns a route without parameters that sets something, and reports failures as problem documents. */
    public static Route put(String path, Handler handler) {
        return of(HttpMethod.PUT, path, List.of(), handler, Problems.FORM);
    }

    /** Returns a route that deletes, and reports failures as problem documents. */
    public static Route delete(String path, List<String> parameters, Handler handler) {
        return of(HttpMethod.DELETE, path, parameters, handler, Problems.FORM);
    }

    /** Returns the methods that this route answers: a route for GET answers HEAD too, and Armeria leaves out the body. */
    public Set<HttpMethod> methods() {
        return method == HttpMethod.GET ? EnumSet.of(HttpMethod.GET, HttpMethod.HEAD) : EnumSet.of(method);
    }

    /** Returns whether this route answers a path, given without its query. */
    boolean matches(String requestPath) {
        int id = path.indexOf(ID);
        if (id < 0) {
            return requestPath.equals(path);
        }
        String after = path.substring(id + ID.length());
        int end = requestPath.length() - after.length();
        return end > id
                && requestPath.startsWith(path.substring(0, id))
                && requestPath.endsWith(after)
                && requestPath.substring(id, end).indexOf('/') < 0;
    }

    /** Answers the requests of a route. */
    @FunctionalInterface
    public interface Handler {

        /** Returns the response. Exceptions become the failures that {@code Failure.of(Throwable)} returns. */
        HttpResponse handle(Call call);
    }
}
