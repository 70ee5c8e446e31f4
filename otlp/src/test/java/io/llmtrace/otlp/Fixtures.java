package io.llmtrace.otlp;

import com.google.protobuf.ByteString;
import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.wire.AttributeCodec;
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
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Requests and spans for the tests of this module. */
public final class Fixtures {

    /** The names of the requests of real instrumentations, one or more for each convention. */
    static final List<String> SAMPLES = List.of(
            "otel-current",
            "otel-legacy",
            "otel-execute-tool",
            "openinference",
            "openllmetry",
            "vercel-ai",
            "langfuse",
            "spring-ai",
            "pydantic-ai",
            "google-adk",
            "strands",
            "litellm",
            "semantic-kernel",
            "semantic-kernel-former",
            "semantic-kernel-loop",
            "mlflow",
            "logfire-v1",
            "logfire-v1-agent",
            "langfuse-openai-responses",
            "mlflow-openai-response",
            "mlflow-anthropic-server-tools",
            "genkit",
            "genkit-tool",
            "livekit",
            "livekit-tool",
            "extensions-ai",
            "extensions-ai-contents",
            "extensions-ai-loop",
            "langfuse-langchain",
            "langfuse-langchain-tool",
            "langfuse-openai-tools",
            "pydantic-ai-v3",
            "pydantic-ai-v3-tool",
            "google-adk-java",
            "openinference-adk",
            "openllmetry-without-index",
            "openinference-without-role",
            "otel-flat-calls",
            "openinference-parts-in-text",
            "langfuse-fatal",
            "litellm-content",
            "claude-code-turn",
            "claude-code-call",
            "claude-code-tool",
            "codex-turn",
            "codex-call",
            "codex-tool",
            "gemini-cli-call",
            "gemini-cli-content");

    public static final UUID TENANT = UUID.fromString("0191e000-0000-7000-8000-000000000001");
    public static final long START_NANOS = 1_767_607_200_000_000_000L;

    private Fixtures() {}

    public static byte[] resource(String name) {
        try (InputStream in = Fixtures.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static ExportTraceServiceRequest sample(String name) {
        return OtlpDecoder.traces(resource(name), OtlpDecoder.Encoding.JSON);
    }

    public static TraceSpan mapSample(String name) {
        return mapOne(sample(name));
    }

    public static TraceSpan mapOne(ExportTraceServiceRequest request) {
        MappedRequest mapped = SpanMapper.map(request, TENANT);
        if (mapped.spans().size() != 1 || !mapped.rejected().isEmpty()) {
            throw new AssertionError("not one span: " + mapped.rejected());
        }
        return mapped.spans().get(0);
    }

    public static TraceSpan mapOne(Span.Builder span) {
        return mapOne(request(span));
    }

    public static ExportTraceServiceRequest request(Span.Builder... spans) {
        ScopeSpans.Builder scope = ScopeSpans.newBuilder();
        for (Span.Builder span : spans) {
            scope.addSpans(span);
        }
        return ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(scope))
                .build();
    }

    /** Returns a span of one second without attributes. */
    public static Span.Builder span() {
        return Span.newBuilder()
                .setTraceId(hex("5b8efff798038103d269b633813fc60c"))
                .setSpanId(hex("eee19b7ec3c1b174"))
                .setName("work")
                .setStartTimeUnixNano(START_NANOS)
                .setEndTimeUnixNano(START_NANOS + 1_000_000_000L);
    }

    /**
     * Returns a span of one second with attributes.
     *
     * @param keysAndValues keys, each followed by a value: String, Long, Double, Boolean or AnyValue
     */
    public static Span.Builder span(Object... keysAndValues) {
        Span.Builder span = span();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            span.addAttributes(attribute((String) keysAndValues[i], keysAndValues[i + 1]));
        }
        return span;
    }

    /** Returns the attributes of a span without the one that llmtrace adds. */
    public static Map<String, Object> sent(TraceSpan span) {
        Map<String, Object> attributes = new LinkedHashMap<>(span.attributes());
        attributes.remove(ReservedAttributes.MAPPING);
        return attributes;
    }

    public static KeyValue attribute(String key, Object value) {
        return KeyValue.newBuilder().setKey(key).setValue(any(value)).build();
    }

    public static AnyValue any(Object value) {
        return value instanceof AnyValue given ? given : AttributeCodec.decode(value);
    }

    public static AnyValue array(Object... items) {
        ArrayValue.Builder array = ArrayValue.newBuilder();
        for (Object item : items) {
            array.addValues(any(item));
        }
        return AnyValue.newBuilder().setArrayValue(array).build();
    }

    public static ByteString hex(String digits) {
        return ByteString.copyFrom(HexFormat.of().parseHex(digits));
    }
}
