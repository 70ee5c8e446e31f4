package io.llmtrace.server;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Something that the server answers.
 *
 * @param path with {@code {id}} for what varies
 * @param parameters of the query; any other is refused
 * @param handler runs where it may block
 * @param failures how a failure is written
 */
record Route(
        HttpMethod method,
        String path,
        List<String> parameters,
        Handler handler,
        Function<Call, Function<Failure, HttpResponse>> failures) {

    static Route get(String path, List<String> parameters, Handler handler) {
        return new Route(HttpMethod.GET, path, parameters, handler, call -> Problems::render);
    }

    static Route post(String path, Handler handler) {
        return new Route(HttpMethod.POST, path, List.of(), handler, call -> Problems::render);
    }

    static Route put(String path, Handler handler) {
        return new Route(HttpMethod.PUT, path, List.of(), handler, call -> Problems::render);
    }

    static Route delete(String path, List<String> parameters, Handler handler) {
        return new Route(HttpMethod.DELETE, path, parameters, handler, call -> Problems::render);
    }

    /** What reads answers HEAD as well; the body is then left out on the way. */
    Set<HttpMethod> methods() {
        return method == HttpMethod.GET ? EnumSet.of(HttpMethod.GET, HttpMethod.HEAD) : EnumSet.of(method);
    }

    /** Serves one call. */
    @FunctionalInterface
    interface Handler {
        HttpResponse handle(Call call);
    }
}
