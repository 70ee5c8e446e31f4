package io.llmtrace.ingest.internal;

import io.llmtrace.model.TraceSpan;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What tells that two spans report one call, and makes one call of them.
 *
 * @param callOf the id of the call that a span reports, if another span of its trace may report it, too; else null
 * @param isFromEvent whether a span was made from an event
 * @param withoutCall the span of an event as one that is no call
 * @param withReport a span with what the span of an event, the second one, reports of the same call
 */
public record CallReports(
        Function<TraceSpan, @Nullable String> callOf,
        Predicate<TraceSpan> isFromEvent,
        UnaryOperator<TraceSpan> withoutCall,
        BinaryOperator<TraceSpan> withReport) {

    /** For spans that never report a call twice. */
    static final CallReports NONE = new CallReports(span -> null, span -> false, span -> span, (span, event) -> span);
}
