package io.llmtrace.benchmarks.load;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.SpanEncoder;
import io.llmtrace.otlp.SpanMapper;
import io.llmtrace.samples.SampleSpans;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.List;
import java.util.stream.Stream;

/** A kind of spans to store. */
public enum Load {
    CHAT("chat"),
    AGENT("agent"),
    NARROW("narrow"),
    /** Chat spans as an instrumentation sends them: with ids of OTLP's size and attributes of OpenTelemetry only. */
    OTLP_CHAT("chat");

    private static final String OWN_ATTRIBUTES = "llmtrace.";

    private static final long SEED = 20_260_101;

    private final String text;

    Load(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    /** Returns an endless stream of spans, the same for every contender. */
    public Stream<TraceSpan> spans() {
        return switch (this) {
            case CHAT -> SampleSpans.chat(SEED);
            case AGENT -> SampleSpans.agent(SEED);
            case NARROW -> SampleSpans.narrow(SEED);
            case OTLP_CHAT -> SampleSpans.chat(SEED).map(Load::asSent);
        };
    }

    private static TraceSpan asSent(TraceSpan span) {
        ExportTraceServiceRequest.Builder request = SpanEncoder.encode(List.of(span)).toBuilder();
        Span.Builder sent =
                request.getResourceSpansBuilder(0).getScopeSpansBuilder(0).getSpansBuilder(0);
        List<KeyValue> attributes = sent.getAttributesList().stream()
                .filter(attribute -> !attribute.getKey().startsWith(OWN_ATTRIBUTES))
                .toList();
        sent.clearAttributes().addAllAttributes(attributes);
        return SpanMapper.map(request.build(), span.tenantId()).spans().get(0);
    }
}
