package io.llmtrace.otlp;

import com.google.protobuf.Message;
import io.llmtrace.otlp.MappedRequest.RejectedSpan;
import io.llmtrace.otlp.internal.wire.UnreadableRecords;
import org.jspecify.annotations.Nullable;

/**
 * A request of which some spans or log records may not be readable.
 *
 * @param <T> the type of the request
 */
public final class DecodedRequest<T extends Message> {

    private final T request;
    private final UnreadableRecords unreadable;

    DecodedRequest(T request, UnreadableRecords unreadable) {
        this.request = request;
        this.unreadable = unreadable;
    }

    /**
     * Returns the request. A span or log record that cannot be read is an empty one at its place, which {@link SpanMapper} and
     * {@link LogEvents} reject; so are those whose resource or scope cannot be read.
     */
    public T request() {
        return request;
    }

    /** Returns the number of spans or log records that cannot be read. */
    public int unreadable() {
        return unreadable.count();
    }

    /** Returns whether text in the body was not valid Unicode, so that U+FFFD stands in the place of what was wrong. */
    public boolean textReplaced() {
        return unreadable.textReplaced();
    }

    /**
     * Returns why a span or log record of this request was rejected, and where it is. If it cannot be read, this is the place of the
     * failure in it: {@code at /resourceSpans/0/scopeSpans/0/spans/3/traceId (line 1, column 55): expected …}.
     */
    public String reasonOf(RejectedSpan rejected) {
        String reason = unreadable.reason(rejected.index());
        return reason != null
                ? reason
                : "at " + UnreadableRecords.pathOf(request, rejected.index()) + ": " + rejected.reason();
    }

    /** Returns why the first span or log record that cannot be read cannot be; null if all can. */
    @Nullable
    String firstFailure() {
        return unreadable.firstReason();
    }
}
