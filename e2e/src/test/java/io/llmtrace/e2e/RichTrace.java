package io.llmtrace.e2e;

import static io.opentelemetry.api.common.AttributeKey.booleanArrayKey;
import static io.opentelemetry.api.common.AttributeKey.doubleArrayKey;
import static io.opentelemetry.api.common.AttributeKey.longArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.valueKey;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Instant;
import java.util.List;

/**
 * A trace with everything that spans can have, made by the OpenTelemetry SDK. Only its id differs between runs.
 *
 * <pre>
 *   invoke_agent travel-agent      agent
 *   ├─ chat gpt-4o                 model call: messages, tokens, a tool call, events, tags
 *   ├─ execute_tool get_weather    fails with an exception
 *   ├─ embeddings                  another instrumentation scope, a parent in another process, a trace state
 *   └─ every type                  attributes of all types, links
 * </pre>
 *
 * {@code rich-trace.json} is the JSON that must be read back.
 */
final class RichTrace {

    private static final Instant START = Instant.parse("2026-01-05T10:00:00.000000001Z");

    private final SpanCollector collector = new SpanCollector();
    private final SdkTracerProvider provider;
    private final Tracer agent;
    private final Tracer search;

    private RichTrace(String traceId) {
        provider = SdkTracerProvider.builder()
                .setResource(resource())
                .setIdGenerator(new CountingIds(traceId))
                .addSpanProcessor(collector)
                .build();
        agent = provider.tracerBuilder("travel.agent")
                .setInstrumentationVersion("1.2")
                .setSchemaUrl("https://example.org/scope-schema")
                .build();
        search = provider.get("travel.search");
    }

    /** Returns the spans in the order of their ends, children first. */
    static List<SpanData> spans(String traceId) {
        RichTrace trace = new RichTrace(traceId);
        try (SdkTracerProvider provider = trace.provider) {
            Span root = trace.agent
                    .spanBuilder("invoke_agent travel-agent")
                    .setNoParent()
                    .setStartTimestamp(START)
                    .startSpan();
            Context inRoot = Context.root().with(root);
            trace.modelCall(inRoot);
            trace.failingTool(inRoot);
            trace.embedding(elsewhere(root));
            trace.everyType(inRoot);
            root.setAttribute("gen_ai.operation.name", "invoke_agent")
                    .setAttribute("gen_ai.agent.name", "travel-agent")
                    .setAttribute("gen_ai.conversation.id", "session-7")
                    .setAttribute("user.id", "user-11")
                    .setStatus(StatusCode.OK)
                    .end(at(2_000));
            return trace.collector.ended();
        }
    }

    private static Resource resource() {
        Attributes attributes = Attributes.builder()
                .put("service.name", "travel")
                .put("service.instance.number", 7L)
                .put("host.load", 1.0)
                .put("host.spot", true)
                .put("host.zones", "a", "b")
                .build();
        return Resource.create(attributes, "https://example.org/resource-schema");
    }

    private void modelCall(Context parent) {
        Span span = agent.spanBuilder("chat gpt-4o")
                .setParent(parent)
                .setSpanKind(SpanKind.CLIENT)
                .setStartTimestamp(at(10))
                .startSpan();
        span.setAttribute("gen_ai.operation.name", "chat")
                .setAttribute("gen_ai.provider.name", "openai")
                .setAttribute("gen_ai.request.model", "gpt-4o")
                .setAttribute("gen_ai.request.temperature", 1.0)
                .setAttribute("gen_ai.request.max_tokens", 1L)
                .setAttribute("gen_ai.response.model", "gpt-4o-2024-08-06")
                .setAttribute(stringArrayKey("gen_ai.response.finish_reasons"), List.of("tool_calls"))
                .setAttribute("gen_ai.response.time_to_first_chunk", 0.25)
                .setAttribute("gen_ai.usage.input_tokens", 1_200L)
                .setAttribute("gen_ai.usage.output_tokens", 34L)
                .setAttribute("gen_ai.usage.cache_read.input_tokens", 1_024L)
                .setAttribute("gen_ai.usage.reasoning.output_tokens", 8L)
                .setAttribute("gen_ai.usage.cost", 0.0034)
                .setAttribute(stringArrayKey("tag.tags"), List.of("beta"))
                .setAttribute("gen_ai.input.messages", """
                        [{"role":"user","parts":[{"type":"text","content":"Wie ist das Wetter in Zürich? ☂"}]}]""")
                .setAttribute("gen_ai.output.messages", """
                        [{"role":"assistant","parts":[{"type":"tool_call","id":"call_1","name":"get_weather",\
                        "arguments":{"city":"Zürich"}}],"finish_reason":"tool_call"}]""")
                .addEvent("gen_ai.first_token", at(260))
                .addEvent(
                        "cache",
                        Attributes.builder()
                                .put("hit", true)
                                .put("count", 1L)
                                .put("ratio", 1.0)
                                .put(longArrayKey("blocks"), List.of(1L, 2L))
                                .build(),
                        at(270))
                .end(at(900));
    }

    private void failingTool(Context parent) {
        Span span = agent.spanBuilder("execute_tool get_weather")
                .setParent(parent)
                .setStartTimestamp(at(910))
                .startSpan();
        span.setAttribute("gen_ai.operation.name", "execute_tool")
                .setAttribute("gen_ai.tool.name", "get_weather")
                .setAttribute("gen_ai.tool.call.id", "call_1")
                .setAttribute("gen_ai.tool.call.arguments", "{\"city\":\"Zürich\"}")
                .addEvent(
                        "exception",
                        Attributes.builder()
                                .put("exception.type", "java.net.ConnectException")
                                .put("exception.message", "Connection refused")
                                .build(),
                        at(950))
                .setStatus(StatusCode.ERROR, "weather service is down")
                .end(at(960));
    }

    /** Returns the span's context as a called process receives it: remote, and with a trace state. */
    private static Context elsewhere(Span caller) {
        SpanContext local = caller.getSpanContext();
        SpanContext remote = SpanContext.createFromRemoteParent(
                local.getTraceId(),
                local.getSpanId(),
                local.getTraceFlags(),
                TraceState.builder().put("vendor", "2").build());
        return Context.root().with(Span.wrap(remote));
    }

    private void embedding(Context parent) {
        Span span = search.spanBuilder("embeddings text-embedding-3-small")
                .setParent(parent)
                .setSpanKind(SpanKind.CLIENT)
                .setStartTimestamp(at(1_000))
                .startSpan();
        span.setAttribute("gen_ai.operation.name", "embeddings")
                .setAttribute("gen_ai.provider.name", "openai")
                .setAttribute("gen_ai.request.model", "text-embedding-3-small")
                .setAttribute("gen_ai.usage.input_tokens", 5L)
                .end(at(1_050));
    }

    private void everyType(Context parent) {
        Span span = search.spanBuilder("every type")
                .setParent(parent)
                .setSpanKind(SpanKind.PRODUCER)
                .setStartTimestamp(at(1_100))
                .addLink(
                        SpanContext.createFromRemoteParent(
                                "0af7651916cd43dd8448eb211c80319c",
                                "00f067aa0ba902b7",
                                TraceFlags.getSampled(),
                                TraceState.builder().put("vendor", "1").build()),
                        Attributes.builder()
                                .put("why", "retry")
                                .put("times", 2L)
                                .build())
                .addLink(SpanContext.create(
                        "5b8efff798038103d269b633813fc60c",
                        "eee19b7ec3c1b174",
                        TraceFlags.getDefault(),
                        TraceState.getDefault()))
                .startSpan();
        texts(span);
        numbers(span);
        arrays(span);
        values(span);
        span.end(at(1_200));
    }

    private static void texts(Span span) {
        span.setAttribute("text.empty", "")
                .setAttribute("text.control", "tab\t newline\n null\0 quote\" backslash\\")
                .setAttribute("text.unicode", "Grüße, 你好, 👩\u200d👩\u200d👧, \u202eabc")
                .setAttribute("text.number", "1")
                .setAttribute("schlüssel ☂", "in a key as well");
    }

    private static void numbers(Span span) {
        span.setAttribute("bool.true", true)
                .setAttribute("bool.false", false)
                .setAttribute("int", 1L)
                .setAttribute("int.zero", 0L)
                .setAttribute("int.min", Long.MIN_VALUE)
                .setAttribute("int.max", Long.MAX_VALUE)
                .setAttribute("int.beyond_double", (1L << 53) + 1)
                .setAttribute("double", 1.0)
                .setAttribute("double.zero", 0.0)
                .setAttribute("double.fraction", 0.1)
                .setAttribute("double.max", Double.MAX_VALUE)
                .setAttribute("double.min", Double.MIN_VALUE)
                .setAttribute("double.nan", Double.NaN)
                .setAttribute("double.infinite", Double.NEGATIVE_INFINITY);
    }

    private static void arrays(Span span) {
        span.setAttribute(stringArrayKey("array.text"), List.of("a", "", "☂"))
                .setAttribute(booleanArrayKey("array.bool"), List.of(true, false))
                .setAttribute(longArrayKey("array.int"), List.of(1L, Long.MAX_VALUE))
                .setAttribute(doubleArrayKey("array.double"), List.of(1.0, -0.5))
                .setAttribute(stringArrayKey("array.empty"), List.of());
    }

    /** Adds attributes of the newest OpenTelemetry types: bytes, maps, empty values, and lists of these. */
    private static void values(Span span) {
        span.setAttribute(valueKey("value.bytes"), Value.of(new byte[] {0, 1, (byte) 0xff}))
                .setAttribute(valueKey("value.nothing"), Value.empty())
                .setAttribute(
                        valueKey("value.map"),
                        Value.of(
                                KeyValue.of("int", Value.of(1L)),
                                KeyValue.of("double", Value.of(1.0)),
                                KeyValue.of("map", Value.of(KeyValue.of("empty", Value.of("")))),
                                KeyValue.of("nothing", Value.empty())))
                .setAttribute(
                        valueKey("value.list"),
                        Value.of(Value.of("a"), Value.of(1L), Value.of(1.0), Value.of(true), Value.empty()));
    }

    private static Instant at(long millis) {
        return START.plusMillis(millis);
    }
}
