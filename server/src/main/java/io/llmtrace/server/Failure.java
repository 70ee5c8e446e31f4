package io.llmtrace.server;

import com.linecorp.armeria.common.ClosedSessionException;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import io.llmtrace.otlp.MalformedRequestException;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.NotSupportedException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.UnavailableException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Why a request was not served, before it takes the form that its protocol has for this.
 *
 * @param detail what is wrong and what to change; without content of traces
 * @param parameter the one that is wrong; null if it is none
 * @param retryAfterSeconds null if trying again does not help
 */
record Failure(
        HttpStatus status,
        String detail,
        @Nullable String parameter,
        @Nullable Integer retryAfterSeconds) {

    private static final Logger LOG = LoggerFactory.getLogger(Failure.class);
    private static final int RETRY_AFTER_SECONDS = 5;

    static Failure of(HttpStatus status, String detail) {
        return new Failure(status, detail, null, null);
    }

    /** A failure on its way up to where the answer is written. */
    static FailureException exception(HttpStatus status, String detail) {
        return new FailureException(of(status, detail));
    }

    static FailureException badParameter(String parameter, String detail) {
        return new FailureException(new Failure(HttpStatus.BAD_REQUEST, detail, parameter, null));
    }

    static Failure of(Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof FailureException known) {
            return known.failure;
        }
        if (cause instanceof InvalidRequestException || cause instanceof MalformedRequestException) {
            return of(HttpStatus.BAD_REQUEST, message);
        }
        if (cause instanceof ContentTooLargeException tooLarge) {
            return of(
                    HttpStatus.REQUEST_ENTITY_TOO_LARGE,
                    "body > " + tooLarge.maxContentLength() + " bytes (max-body-bytes); send smaller batches");
        }
        if (cause instanceof OverloadedException) {
            return new Failure(HttpStatus.TOO_MANY_REQUESTS, message, null, RETRY_AFTER_SECONDS);
        }
        if (cause instanceof UnavailableException) {
            return new Failure(HttpStatus.SERVICE_UNAVAILABLE, message, null, RETRY_AFTER_SECONDS);
        }
        if (cause instanceof NotSupportedException) {
            return of(HttpStatus.NOT_IMPLEMENTED, message);
        }
        if (cause instanceof ClosedSessionException || cause instanceof ClosedStreamException) {
            return of(HttpStatus.BAD_REQUEST, "the request ended before its body was whole"); // and nobody reads this
        }
        LOG.error("request failed", cause);
        return of(
                HttpStatus.INTERNAL_SERVER_ERROR,
                cause instanceof CorruptStoreException ? message : "unexpected error; the server's log has the cause");
    }

    /** Carries a {@link Failure}. */
    static final class FailureException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final transient Failure failure;

        FailureException(Failure failure) {
            super(failure.detail(), null, false, false);
            this.failure = failure;
        }
    }
}
