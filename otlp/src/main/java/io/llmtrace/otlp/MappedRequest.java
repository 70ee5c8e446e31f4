package io.llmtrace.otlp;

import io.llmtrace.model.TraceSpan;
import java.util.List;

/**
 * What a request said: the spans that can be stored, and those that cannot.
 *
 * @param spans in the order of the request
 * @param rejected in the order of the request
 */
public record MappedRequest(List<TraceSpan> spans, List<RejectedSpan> rejected) {

    public MappedRequest {
        spans = List.copyOf(spans);
        rejected = List.copyOf(rejected);
    }

    /**
     * A span, or a log record, that cannot be stored.
     *
     * @param index its place among all of the request, from 0
     * @param id trace id and span id in hex, as they were sent
     * @param reason one sentence, without content
     */
    public record RejectedSpan(int index, String id, String reason) {}
}
