package io.llmtrace.e2e;

import io.opentelemetry.sdk.trace.IdGenerator;
import java.util.concurrent.atomic.AtomicLong;

/** Span ids a000000000000001, a000000000000002 and so on, in one trace. */
final class CountingIds implements IdGenerator {

    private final String traceId;
    private final AtomicLong spans = new AtomicLong();

    CountingIds(String traceId) {
        this.traceId = traceId;
    }

    @Override
    public String generateTraceId() {
        return traceId;
    }

    @Override
    public String generateSpanId() {
        return String.format("a%015x", spans.incrementAndGet());
    }
}
