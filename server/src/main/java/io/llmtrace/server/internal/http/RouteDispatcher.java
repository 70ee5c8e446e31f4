package io.llmtrace.server.internal.http;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.llmtrace.server.TenantResolver;
import io.llmtrace.server.internal.failures.Failure;
import io.llmtrace.server.internal.limits.MemoryBudget;
import io.llmtrace.server.internal.limits.ReadCancellation;
import io.llmtrace.storage.OverloadedException;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads requests within the memory that they may take, and calls the handlers of their routes. */
public final class RouteDispatcher {

    private static final Logger LOG = LoggerFactory.getLogger(RouteDispatcher.class);

    /** The pieces in which a body arrives, and the whole that is made of them. */
    private static final long BODY_COPIES = 2;

    private final TenantResolver tenants;
    private final MemoryBudget memory;
    private final MemoryBudget answers;

    /**
     * Creates the dispatcher of one server.
     *
     * @param memory for the bodies of all requests of the server
     * @param answers for what is read to answer them
     */
    public RouteDispatcher(TenantResolver tenants, MemoryBudget memory, MemoryBudget answers) {
        this.tenants = tenants;
        this.memory = memory;
        this.answers = answers;
    }

    /** Returns the service of a route, whose handler runs on the threads of the route. */
    public HttpService service(Route route) {
        return (context, request) -> {
            MemoryBudget.Reservation reserved = memory.open();
            MemoryBudget.Reservation answer = answers.open();
            context.log().whenComplete().thenRun(() -> {
                reserved.close();
                answer.close();
            });
            return HttpResponse.of(reserved.counted(context, request, BODY_COPIES)
                    .aggregate()
                    .handleAsync(
                            (aggregated, failure) -> {
                                if (failure != null) {
                                    return route.failureForm().render(Failure.of(failure), request.headers());
                                }
                                return dispatch(
                                        route,
                                        new Call(
                                                context,
                                                aggregated,
                                                tenants,
                                                route.parameters(),
                                                reserved,
                                                answers,
                                                answer));
                            },
                            executorOf(route, context)));
        };
    }

    private static Executor executorOf(Route route, ServiceRequestContext context) {
        return switch (route.threads()) {
            case BLOCKING -> context.blockingTaskExecutor();
            case EVENT_LOOP -> context.eventLoop();
        };
    }

    /** Calls the handler. When the client disconnects, a read is interrupted, but a write is completed. */
    private static HttpResponse dispatch(Route route, Call call) {
        if (route.method() != HttpMethod.GET || route.threads() == Route.Threads.EVENT_LOOP) {
            return handle(route, call);
        }
        try (ReadCancellation read = ReadCancellation.interruptOn(call.context().whenRequestCancelling())) {
            return handle(route, call);
        }
    }

    /** Errors are caught as well: Armeria would answer them without a reason, and nobody would log them. */
    private static HttpResponse handle(Route route, Call call) {
        try {
            return route.handler().handle(call);
        } catch (Throwable e) {
            Failure failure = Failure.of(e);
            boolean clientWaits = !call.context().isCancelled();
            if (route.method() == HttpMethod.GET && e instanceof OverloadedException && clientWaits) {
                LOG.warn("GET {} refused: {}", route.path(), failure.detail());
            }
            return route.failureForm().render(failure, call.request().headers());
        }
    }
}
