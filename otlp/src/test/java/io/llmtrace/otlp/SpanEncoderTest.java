package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.llmtrace.model.Ids;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.testkit.RandomTraces;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is encoded and mapped again is the same. */
class SpanEncoderTest {

    @Property(tries = 500)
    void map_ofEncoded_isTheSpan(@ForAll long seed) {
        TraceSpan span = new RandomTraces(seed).span();

        assertThat(again(span)).isEqualTo(span);
    }

    @Property(tries = 300)
    void encode_ofMapped_isWhatWasSent(@ForAll("requests") ExportTraceServiceRequest request) {
        List<TraceSpan> spans = SpanMapper.map(request, Fixtures.TENANT).spans();

        assertThat(spans).hasSize(1);
        assertThat(withoutAdditions(SpanEncoder.encode(spans))).isEqualTo(withoutAdditions(request));
        assertThat(again(spans.get(0))).isEqualTo(spans.get(0));
    }

    @Property(tries = 200)
    void map_ofEncoded_keepsFieldsThatContradictTheAttributes(
            @ForAll("requests") ExportTraceServiceRequest request, @ForAll long seed) {
        TraceSpan sent = SpanMapper.map(request, Fixtures.TENANT).spans().get(0);
        TraceSpan edited = new RandomTraces(seed)
                .span().toBuilder().attributes(sent.attributes()).build();

        assertThat(again(edited)).isEqualTo(edited);
    }

    @Provide
    Arbitrary<ExportTraceServiceRequest> requests() {
        Arbitrary<List<KeyValue>> attributes = attributes();
        Arbitrary<Resource> resources = Combinators.combine(attributes, count())
                .as((list, dropped) -> Resource.newBuilder()
                        .addAllAttributes(list)
                        .setDroppedAttributesCount(dropped)
                        .build());
        Arbitrary<InstrumentationScope> scopes = Combinators.combine(text(), text(), attributes, count())
                .as((name, version, list, dropped) -> InstrumentationScope.newBuilder()
                        .setName(name)
                        .setVersion(version)
                        .addAllAttributes(list)
                        .setDroppedAttributesCount(dropped)
                        .build());
        return Combinators.combine(resources, scopes, spans(), text(), text())
                .as((resource, scope, span, resourceSchema, scopeSchema) -> ExportTraceServiceRequest.newBuilder()
                        .addResourceSpans(ResourceSpans.newBuilder()
                                .setResource(resource)
                                .setSchemaUrl(resourceSchema)
                                .addScopeSpans(ScopeSpans.newBuilder()
                                        .setScope(scope)
                                        .setSchemaUrl(scopeSchema)
                                        .addSpans(span)))
                        .build());
    }

    private static Arbitrary<Span> spans() {
        Arbitrary<Status> statuses = Combinators.combine(Arbitraries.integers().between(0, 3), text())
                .as((code, message) -> Status.newBuilder()
                        .setCodeValue(code)
                        .setMessage(message)
                        .build());
        Arbitrary<Span.Builder> cores = Combinators.combine(
                        Arbitraries.longs().greaterOrEqual(1),
                        Arbitraries.longs().between(0, Long.MAX_VALUE),
                        Arbitraries.longs().between(0, Long.MAX_VALUE),
                        Arbitraries.integers().between(0, 6),
                        count())
                .as((id, start, end, kind, dropped) -> Fixtures.span()
                        .setSpanId(bytes(id))
                        .setStartTimeUnixNano(start)
                        .setEndTimeUnixNano(end)
                        .setKindValue(kind)
                        .setFlags(dropped)
                        .setParentSpanId(id % 3 == 0 ? Fixtures.hex("ab01") : bytes(id + 1))
                        .setDroppedAttributesCount(dropped)
                        .setDroppedLinksCount(dropped));
        return Combinators.combine(cores, attributes(), events(), links(), statuses, text())
                .as((core, list, events, links, status, traceState) -> core.addAllAttributes(list)
                        .addAllEvents(events)
                        .addAllLinks(links)
                        .setStatus(status)
                        .setTraceState(traceState)
                        .build());
    }

    private static Arbitrary<List<Span.Event>> events() {
        return Combinators.combine(text(), Arbitraries.longs(), attributes(), count())
                .as((name, time, list, dropped) -> Span.Event.newBuilder()
                        .setName(name)
                        .setTimeUnixNano(time)
                        .addAllAttributes(list)
                        .setDroppedAttributesCount(dropped)
                        .build())
                .list()
                .ofMaxSize(3);
    }

    private static Arbitrary<List<Span.Link>> links() {
        return Combinators.combine(Arbitraries.longs(), attributes(), text(), count())
                .as((id, list, traceState, dropped) -> Span.Link.newBuilder()
                        .setTraceId(bytes(id, id))
                        .setSpanId(bytes(id))
                        .setTraceState(traceState)
                        .addAllAttributes(list)
                        .setDroppedAttributesCount(dropped)
                        .setFlags(dropped)
                        .build())
                .list()
                .ofMaxSize(2);
    }

    /** Keys of the conventions, reserved ones, and any other; also twice. */
    private static Arbitrary<List<KeyValue>> attributes() {
        Arbitrary<String> keys = Arbitraries.oneOf(
                Arbitraries.of(
                        "gen_ai.operation.name",
                        "gen_ai.input.messages",
                        "gen_ai.output.messages",
                        "gen_ai.usage.input_tokens",
                        "input.value",
                        "service.name",
                        "session.id",
                        "metadata",
                        "error.type",
                        "otel.span",
                        "otel.resource",
                        "kvlistValue",
                        "a"),
                text());
        return Combinators.combine(keys, AttributeCodecTest.anyValues())
                .as((key, value) ->
                        KeyValue.newBuilder().setKey(key).setValue(value).build())
                .list()
                .ofMaxSize(4);
    }

    private static Arbitrary<String> text() {
        return Arbitraries.strings().alpha().ofMaxLength(3);
    }

    private static Arbitrary<Integer> count() {
        return Arbitraries.of(0, 1, -1);
    }

    private static ByteString bytes(long... words) {
        ByteString bytes = ByteString.EMPTY;
        for (long word : words) {
            UUID id = new UUID(0, word);
            bytes = bytes.concat(ByteString.copyFrom(Ids.toBytes(id), 8, 8));
        }
        return bytes;
    }

    private static TraceSpan again(TraceSpan span) {
        MappedRequest mapped = SpanMapper.map(SpanEncoder.encode(List.of(span)), span.tenantId());
        assertThat(mapped.rejected()).isEmpty();
        return mapped.spans().get(0);
    }

    /** The request without what the encoder adds and without empty status, attributes in the order of their keys. */
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
            if (attribute.getKey().equals(NativeFields.ADDED)) {
                attribute.getValue().getArrayValue().getValuesList().stream()
                        .map(AnyValue::getStringValue)
                        .forEach(added::add);
            }
        }
        List<KeyValue> own = new ArrayList<>(span.getAttributesList());
        own.removeIf(attribute ->
                added.contains(attribute.getKey()) || attribute.getKey().startsWith(NativeFields.PREFIX));
        own.sort(Comparator.comparing(KeyValue::getKey));
        span.clearAttributes().addAllAttributes(own);
    }
}
