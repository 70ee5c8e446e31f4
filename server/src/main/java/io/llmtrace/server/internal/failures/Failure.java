package io.llmtrace.server.internal.failures;

import com.linecorp.armeria.common.ClosedSessionException;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseCompleteException;
import com.linecorp.armeria.common.stream.ClosedStreamException;
import io.llmtrace.otlp.MalformedRequestException;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.NotSupportedException;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.ResultTooLargeException;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.spi.OutOfMemoryErrors;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reason why a request was not served, independent of the protocol that reports it.
 *
 * @param status of the HTTP response
 * @param detail what is wrong and what to change; never contains content of traces
 * @param parameter the name of the query parameter that is wrong; null if it is none
 * @param retryAfterSeconds how long a client should wait before it tries again; null if trying again does not help
 */
public record Failure(
        HttpStatus status,
        String detail,
        @Nullable String parameter,
        @Nullable Integer retryAfterSeconds) {

    private static final Logger LOG = LoggerFactory.getLogger(Failure.class);
    private static final int RETRY_AFTER_SECONDS = 5;

    /** Returns a failure that names no parameter and is not worth a retry. */
    public static Failure of(HttpStatus status, String detail) {
        return new Failure(status, detail, null, null);
    }

    /** Returns the failure of a body that is larger than {@code max-body-bytes} as it comes over the wire. */
    public static Failure bodyTooLarge(long maxBodyBytes) {
        return of(
                HttpStatus.REQUEST_ENTITY_TOO_LARGE,
                "body > " + maxBodyBytes + " bytes (max-body-bytes); send smaller batches");
    }

    /** Returns an exception that carries a failure to the place where the response is written. */
    public static FailureException exception(HttpStatus status, String detail) {
        return new FailureException(of(status, detail));
    }

    /** Returns the exception for a query parameter that is unknown, missing, or has a wrong value: 400. */
    public static FailureException badParameter(String parameter, String detail) {
        return new FailureException(new Failure(HttpStatus.BAD_REQUEST, detail, parameter, null));
    }

    /**
     * Returns the failure that reports an exception. An exception that a client cannot cause is logged, and the client gets its
     * message only if the store is corrupt.
     */
    public static Failure of(Throwable thrown) {
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
            return bodyTooLarge(tooLarge.maxContentLength());
        }
        if (cause instanceof ResultTooLargeException) {
            return of(HttpStatus.REQUEST_ENTITY_TOO_LARGE, message);
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
        if (isEndOfRequest(cause)) {
            // Nobody reads this response. It is not logged, since the server is not at fault.
            return of(HttpStatus.BAD_REQUEST, "the request ended before its body was complete");
        }
        LOG.error("request failed", cause);
        OutOfMemoryErrors.note(cause);
        if (cause instanceof OutOfMemoryError) {
            return new Failure(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "the server ran out of memory; ask for less, or give it a larger heap (-Xmx)",
                    null,
                    RETRY_AFTER_SECONDS);
        }
        return of(
                HttpStatus.INTERNAL_SERVER_ERROR,
                cause instanceof CorruptStoreException
                        ? message
                        : "unexpected error; see the server's log for the cause");
    }

    /** Returns whether the client has disconnected, or has got its answer, before its body was complete. */
    private static boolean isEndOfRequest(Throwable cause) {
        return cause instanceof ClosedSessionException
                || cause instanceof ClosedStreamException
                || cause instanceof ResponseCompleteException
                || cause instanceof IOException; // of the connection: those of files are not thrown as such
    }

    /** An exception that carries a {@link Failure} to the place where the response is written. */
    public static final class FailureException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Failure failure;

        /** Carries the failure, without a stack trace. */
        public FailureException(Failure failure) {
            super(failure.detail(), null, false, false);
            this.failure = failure;
        }

        /** Returns the failure that this exception carries. */
        public Failure failure() {
            return failure;
        }
    }
}
