package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.testkit.RandomTraces;
import io.llmtrace.testkit.Seeds;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests that mapping an encoded span restores it exactly. */
class SpanEncoderTest {

    @Test
    void map_ofEncoded_isTheSpan() {
        Seeds.run(500, seed -> {
            TraceSpan span = new RandomTraces(seed).span();

            assertThat(again(span)).isEqualTo(span);
        });
    }

    @Test
    void encode_ofMapped_isWhatWasSent() {
        Seeds.run(500, seed -> {
            ExportTraceServiceRequest request = new RandomRequests(seed).request();
            List<TraceSpan> spans = SpanMapper.map(request, Fixtures.TENANT).spans();

            assertThat(spans).hasSize(1);
            assertThat(withoutAdditions(SpanEncoder.encode(spans))).isEqualTo(withoutAdditions(request));
            assertThat(again(spans.get(0))).isEqualTo(spans.get(0));
        });
    }

    @Test
    void map_ofEncoded_keepsFieldsThatContradictTheAttributes() {
        Seeds.run(500, seed -> {
            ExportTraceServiceRequest request = new RandomRequests(seed).request();
            TraceSpan sent = SpanMapper.map(request, Fixtures.TENANT).spans().get(0);
            TraceSpan edited = new RandomTraces(seed)
                    .span().toBuilder().attributes(sent.attributes()).build();

            assertThat(again(edited)).isEqualTo(edited);
        });
    }

    private static TraceSpan again(TraceSpan span) {
        MappedRequest mapped = SpanMapper.map(SpanEncoder.encode(List.of(span)), span.tenantId());
        assertThat(mapped.rejected()).isEmpty();
        return mapped.spans().get(0);
    }

    /** Returns the request without what the encoder adds and without an empty status, with attributes sorted by key. */
    static ExportTraceServiceRequest withoutAdditions(ExportTraceServiceRequest request) {
        ExportTraceServiceRequest.Builder builder = request.toBuilder();
        for (ResourceSpans.Builder resource : builder.getResourceSpansBuilderList()) {
            for (ScopeSpans.Builder scope : resource.getScopeSpansBuilderList()) {
                scope.getSpansBuilderList().forEach(SpanEncoderTest::removeAdditions);
            }
        }
        return builder.build();
    }

    private static void removeAdditions(Span.Builder span) {
        if (span.getStatus().equals(Status.getDefaultInstance())) {
            span.clearStatus();
        }
        Set<String> added = new HashSet<>();
        for (KeyValue attribute : span.getAttributesList()) {
            if (attribute.getKey().equals(ReservedAttributes.ADDED)) {
                attribute.getValue().getArrayValue().getValuesList().stream()
                        .map(AnyValue::getStringValue)
                        .forEach(added::add);
            }
        }
        List<KeyValue> own = new ArrayList<>(span.getAttributesList());
        own.removeIf(attribute ->
                added.contains(attribute.getKey()) || attribute.getKey().startsWith(ReservedAttributes.PREFIX));
        own.sort(Comparator.comparing(KeyValue::getKey));
        span.clearAttributes().addAllAttributes(own);
    }
}
