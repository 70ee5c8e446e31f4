package io.llmtrace.server.internal.limits;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.llmtrace.server.internal.failures.Failure;
import io.llmtrace.server.internal.failures.FailureForm;
import io.llmtrace.storage.UnavailableException;
import java.time.Duration;

/**
 * Counts the requests being served, so that closing can wait until there are none. Requests that arrive during the wait are
 * refused with 503; if they were served, a busy server would never finish. (Armeria's own graceful shutdown serves them, and
 * takes another second for each server with an open connection, even an idle one.) Thread-safe.
 */
public final class InFlightRequests {

    private final FailureForm failureForm;
    private int reads;
    private int writes;
    private boolean closing;

    /**
     * Creates a counter without requests.
     *
     * @param failureForm how a refused request is answered
     */
    public InFlightRequests(FailureForm failureForm) {
        this.failureForm = failureForm;
    }

    /** Serves a request and counts it; a decorator for all services. */
    public HttpResponse serve(HttpService delegate, ServiceRequestContext context, HttpRequest request)
            throws Exception {
        boolean isRead = request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD;
        if (!begin(isRead)) {
            Failure failure = Failure.of(new UnavailableException("the server is closing; try again"));
            return failureForm.render(failure, request.headers());
        }
        context.log().whenComplete().thenRun(() -> end(isRead));
        return delegate.serve(context, request);
    }

    /**
     * Refuses new requests from here on, and returns when none is left, or after the timeout.
     *
     * @return the number of requests that are still being served, without those that read: of these, nothing can be lost
     */
    public synchronized int close(Duration timeout) {
        closing = true;
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            for (long left = timeout.toMillis(); reads + writes > 0 && left > 0; left = millisUntil(deadline)) {
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // an interrupt means that the caller does not want to wait any longer
        }
        return writes;
    }

    private synchronized boolean begin(boolean isRead) {
        if (closing) {
            return false;
        }
        change(isRead, 1);
        return true;
    }

    private synchronized void end(boolean isRead) {
        change(isRead, -1);
        notifyAll();
    }

    private void change(boolean isRead, int by) {
        if (isRead) {
            reads += by;
        } else {
            writes += by;
        }
    }

    private static long millisUntil(long deadline) {
        return (deadline - System.nanoTime()) / 1_000_000;
    }
}
