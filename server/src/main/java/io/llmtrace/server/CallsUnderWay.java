package io.llmtrace.server;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.llmtrace.storage.UnavailableException;
import java.time.Duration;

/**
 * The calls under way, so that closing can wait for them. Calls that come meanwhile are turned away: served, they would
 * keep a busy server from ever being done. (Armeria's own graceful shutdown serves them, and takes another second for each
 * server with an open connection, used or not.)
 */
final class CallsUnderWay {

    private int count;
    private boolean closing;

    HttpResponse serve(HttpService delegate, ServiceRequestContext context, HttpRequest request) throws Exception {
        if (!begin()) {
            Failure failure = Failure.of(new UnavailableException("the server is closing; try again"));
            return FailureRenderer.render(failure, request.headers());
        }
        context.log().whenComplete().thenRun(this::end);
        return delegate.serve(context, request);
    }

    /** Returns when no call is left, or after the timeout. */
    synchronized void close(Duration timeout) {
        closing = true;
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            for (long left = timeout.toMillis(); count > 0 && left > 0; left = millisUntil(deadline)) {
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // then nobody wants to wait
        }
    }

    private synchronized boolean begin() {
        if (closing) {
            return false;
        }
        count++;
        return true;
    }

    private synchronized void end() {
        count--;
        notifyAll();
    }

    private static long millisUntil(long deadline) {
        return (deadline - System.nanoTime()) / 1_000_000;
    }
}
