package io.llmtrace.otlp;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.mapping.OtlpSpan;

/** Access to the OTLP form of stored spans for the tests of other packages. */
public final class EncodedSpans {

    private EncodedSpans() {}

    /** Returns the span as the encoder writes it before it adds native fields. */
    public static OtlpSpan of(TraceSpan span) {
        return SpanEncoder.plain(span);
    }
}
