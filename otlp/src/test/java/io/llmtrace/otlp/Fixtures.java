package io.llmtrace.otlp;

import com.google.protobuf.ByteString;
import io.llmtrace.model.TraceSpan;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** Requests for the tests of this module. */
final class Fixtures {

    static final UUID TENANT = UUID.fromString("0191e000-0000-7000-8000-000000000001");
    static final long START_NANOS = 1_767_607_200_000_000_000L;

    private Fixtures() {}

    static byte[] resource(String name) {
        try (InputStream in = Fixtures.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ExportTraceServiceRequest sample(String name) {
        return OtlpDecoder.traces(resource(name), OtlpDecoder.Encoding.JSON);
    }

    static TraceSpan mapSample(String name) {
        return mapOne(sample(name));
    }

    static TraceSpan mapOne(ExportTraceServiceRequest request) {
        MappedRequest mapped = SpanMapper.map(request, TENANT);
        if (mapped.spans().size() != 1 || !mapped.rejected().isEmpty()) {
            throw new AssertionError("not one span: " + mapped.rejected());
        }
        return mapped.spans().get(0);
    }

    static TraceSpan mapOne(Span.Builder span) {
        return mapOne(request(span));
    }

    static ExportTraceServiceRequest request(Span.Builder... spans) {
        ScopeSpans.Builder scope = ScopeSpans.newBuilder();
        for (Span.Builder span : spans) {
            scope.addSpans(span);
        }
        return ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(scope))
                .build();
    }

    /** One second long, without attributes. */
    static Span.Builder span() {
        return Span.newBuilder()
                .setTraceId(hex("5b8efff798038103d269b633813fc60c"))
                .setSpanId(hex("eee19b7ec3c1b174"))
                .setName("work")
                .setStartTimeUnixNano(START_NANOS)
                .setEndTimeUnixNano(START_NANOS + 1_000_000_000L);
    }

    /** @param keysAndValues String, Long, Double, Boolean or AnyValue values */
    static Span.Builder span(Object... keysAndValues) {
        Span.Builder span = span();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            span.addAttributes(attribute((String) keysAndValues[i], keysAndValues[i + 1]));
        }
        return span;
    }

    /** The attributes without what llmtrace adds. */
    static Map<String, Object> sent(TraceSpan span) {
        Map<String, Object> attributes = new LinkedHashMap<>(span.attributes());
        attributes.remove(Decisions.KEY);
        return attributes;
    }

    static KeyValue attribute(String key, Object value) {
        return KeyValue.newBuilder().setKey(key).setValue(any(value)).build();
    }

    static AnyValue any(Object value) {
        return value instanceof AnyValue given ? given : AttributeCodec.decode(value);
    }

    static AnyValue array(Object... items) {
        ArrayValue.Builder array = ArrayValue.newBuilder();
        for (Object item : items) {
            array.addValues(any(item));
        }
        return AnyValue.newBuilder().setArrayValue(array).build();
    }

    static ByteString hex(String digits) {
        return ByteString.copyFrom(HexFormat.of().parseHex(digits));
    }
}
