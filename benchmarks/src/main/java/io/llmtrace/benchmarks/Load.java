package io.llmtrace.benchmarks;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.SpanEncoder;
import io.llmtrace.otlp.SpanMapper;
import io.llmtrace.samples.SampleSpans;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.List;
import java.util.stream.Stream;

/** Which spans are stored. */
enum Load {
    CHAT("chat"),
    AGENT("agent"),
    NARROW("narrow"),
    /** Chat as an instrumentation sends it: ids that OTLP has room for, OpenTelemetry's attributes, none of our own. */
    OTLP_CHAT("chat");

    private static final String OWN_ATTRIBUTES = "llmtrace.";

    private static final long SEED = 20_260_101;

    private final String text;

    Load(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    /** The same for every contender. */
    Stream<TraceSpan> spans() {
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
