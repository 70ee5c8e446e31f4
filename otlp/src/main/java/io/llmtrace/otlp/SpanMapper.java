package io.llmtrace.otlp;

import com.google.protobuf.ByteString;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.Ids;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.MappedRequest.RejectedSpan;
import io.llmtrace.otlp.internal.mapping.Decisions;
import io.llmtrace.otlp.internal.mapping.Envelope;
import io.llmtrace.otlp.internal.mapping.Kinds;
import io.llmtrace.otlp.internal.mapping.MappedField;
import io.llmtrace.otlp.internal.mapping.MappingTable;
import io.llmtrace.otlp.internal.mapping.NativeFields;
import io.llmtrace.otlp.internal.mapping.OtlpSpan;
import io.llmtrace.otlp.internal.mapping.Outcome;
import io.llmtrace.otlp.internal.mapping.Providers;
import io.llmtrace.otlp.internal.mapping.RequestSettings;
import io.llmtrace.otlp.internal.mapping.SpanContent;
import io.llmtrace.otlp.internal.mapping.Tags;
import io.llmtrace.otlp.internal.messages.AgentActions;
import io.llmtrace.otlp.internal.messages.Messages;
import io.llmtrace.otlp.internal.messages.ParsedResponse;
import io.llmtrace.otlp.internal.usage.Cost;
import io.llmtrace.otlp.internal.usage.Usage;
import io.llmtrace.otlp.internal.wire.AttributeCodec;
import io.llmtrace.otlp.internal.wire.EnvelopeCodec;
import io.llmtrace.otlp.internal.wire.OtlpIds;
import io.llmtrace.otlp.internal.wire.SpanEvents;
import io.llmtrace.storage.InvalidRequestException;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Maps OTLP spans to the model. Fields are filled from the attributes of the known conventions, as {@code mapping.yaml} defines
 * ({@link MappingTable}). All attributes are kept as well, under their own keys ({@link AttributeCodec}), and the envelope under
 * {@code otel.resource}, {@code otel.scope} and {@code otel.span}. Attributes named {@code llmtrace.<field>} set a field directly
 * and take precedence ({@link NativeFields}). The span also keeps which source filled which field ({@link Decisions}), so that
 * {@link Remapper} can map it again.
 *
 * <p>Prompt and response are stored as they were sent: text that arrived as one value is kept byte for byte, even if it is JSON;
 * content that arrived in pieces is assembled as OpenTelemetry's chat messages. {@link Chats} reads both.
 */
public final class SpanMapper {

    private static final HexFormat HEX = HexFormat.of();

    /** The longest duration that the model can hold. */
    private static final double MAX_SECONDS = Long.MAX_VALUE / 1e9;

    private SpanMapper() {}

    /** Maps a request like {@link #map(ExportTraceServiceRequest, UUID, Prices)}, with the built-in prices. */
    public static MappedRequest map(ExportTraceServiceRequest request, UUID tenantId) {
        return map(request, tenantId, Prices.builtIn());
    }

    /**
     * Maps a request. Never throws because of its content: spans that cannot be stored are returned as rejected.
     *
     * @param prices the prices for estimating the cost of calls that do not report it
     */
    public static MappedRequest map(ExportTraceServiceRequest request, UUID tenantId, Prices prices) {
        List<TraceSpan> spans = new ArrayList<>();
        List<RejectedSpan> rejected = new ArrayList<>();
        for (ResourceSpans ofResource : request.getResourceSpansList()) {
            Envelope resource = Envelope.of(ofResource.getResource(), ofResource.getSchemaUrl());
            for (ScopeSpans ofScope : ofResource.getScopeSpansList()) {
                Envelope envelope = resource.withScope(ofScope.getScope(), ofScope.getSchemaUrl());
                for (Span span : ofScope.getSpansList()) {
                    try {
                        spans.add(map(new OtlpSpan(span, envelope), tenantId, prices));
                    } catch (IllegalArgumentException | InvalidRequestException e) {
                        int index = spans.size() + rejected.size();
                        rejected.add(new MappedRequestValues.RejectedSpanValues(
                                index, idOf(span), String.valueOf(e.getMessage())));
                    }
                }
            }
        }
        return new MappedRequestValues(spans, rejected);
    }

    /**
     * Maps one span.
     *
     * @throws IllegalArgumentException with the reason, if the span cannot be stored
     * @throws InvalidRequestException with the reason, if a native field has a wrong value
     */
    static TraceSpan map(OtlpSpan source, UUID tenantId, Prices prices) {
        Span span = source.message();
        UUID traceId = OtlpIds.traceId(span.getTraceId());
        UUID spanId = OtlpIds.spanId(span.getSpanId());
        NativeFields nativeFields = NativeFields.of(source);
        SpanKind kind = Kinds.of(source);
        Instant start = time(
                EnvelopeCodec.startOrEnd(span),
                span.getStartTimeUnixNano() == 0 ? "end_time_unix_nano" : "start_time_unix_nano");
        Instant end = endTime(span, start);
        String responseModel = source.first(MappedField.RESPONSE_MODEL);
        String requestModel = requestModel(source, kind);
        String model = responseModel != null ? responseModel : requestModel;
        LlmProvider provider = Providers.of(source, kind, model);
        Outcome outcome = Outcome.of(source, kind);
        Usage usage = Usage.of(source, kind, provider);
        Double cost = Cost.of(
                source, kind, new Cost.ModelCall(provider, responseModel, requestModel, start), usage, prices.list());
        String prompt = SpanContent.prompt(source, kind);
        ParsedResponse response = new ParsedResponse(SpanContent.response(source, kind));

        TraceSpan.Builder fields = TraceSpan.builder(tenantId, traceId, spanId, span.getName(), start)
                .kind(kind)
                .parentSpanId(parentId(span.getParentSpanId()))
                .endTime(end)
                .provider(provider)
                .modelName(model)
                .prompt(prompt)
                .response(response.text())
                .promptTokens(usage.prompt())
                .completionTokens(usage.completion())
                .totalTokens(usage.total())
                .cacheReadTokens(usage.cacheRead())
                .cacheWriteTokens(usage.cacheWrite())
                .reasoningTokens(usage.reasoning())
                .timeToFirstTokenMs(timeToFirstToken(source, start, end))
                .statusCode(outcome.httpStatus())
                .errorMessage(outcome.errorMessage())
                .level(source.first(MappedField.LEVEL))
                .requestSettings(RequestSettings.of(source))
                .finishReason(finishReason(source, response))
                .estimatedCostUsd(cost);
        MappedField.DIRECT.forEach((field, mappedField) -> field.set(fields, source.first(mappedField)));
        fields.tags(Tags.of(source)).events(SpanEvents.of(span));
        // Must be last: the attributes record which sources filled the other fields.
        fields.attributes(attributes(source, prompt, response.text(), nativeFields));
        TraceSpan mapped = fields.build();
        List<AgentAction> actions = actions(mapped, source, response);
        return nativeFields.overrule(
                actions.isEmpty()
                        ? mapped
                        : mapped.toBuilder().agentActions(actions).build());
    }

    /** Leaves out the model of a log event that is no call: counted by model, it would be one. */
    private static @Nullable String requestModel(OtlpSpan source, SpanKind kind) {
        return kind == SpanKind.OTHER && !source.logEvent().isEmpty() ? null : source.first(MappedField.REQUEST_MODEL);
    }

    private static List<AgentAction> actions(TraceSpan mapped, OtlpSpan source, ParsedResponse response) {
        return switch (mapped.kind()) {
            case TOOL -> AgentActions.executed(mapped, toolAttributes(source));
            case LLM, AGENT ->
                // An agent that sends log events reports each call in one of its own, not always with the id.
                source.logEvent().isEmpty() ? AgentActions.requested(mapped, response) : List.of();
            case GUARDRAIL -> {
                String decision = source.first(MappedField.TOOL_DECISION);
                yield decision == null
                        ? List.of()
                        : AgentActions.decided(
                                mapped,
                                toolAttributes(source),
                                source.firstUnrecorded(MappedField.TOOL_ARGUMENTS),
                                decision);
            }
            case EMBEDDING, CHAIN, RETRIEVER, RERANKER, EVALUATOR, OTHER -> List.of();
        };
    }

    private static AgentActions.ToolAttributes toolAttributes(OtlpSpan source) {
        return new AgentActions.ToolAttributes(
                source.first(MappedField.TOOL_NAME),
                source.first(MappedField.TOOL_TYPE),
                source.first(MappedField.TOOL_CALL_ID));
    }

    private static Map<String, @Nullable Object> attributes(
            OtlpSpan source, @Nullable String prompt, @Nullable String response, NativeFields nativeFields) {
        Set<String> omitted = nativeFields.consumedKeys();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        for (Map.Entry<String, AnyValue> attribute : source.ownAttributes().entrySet()) {
            String key = attribute.getKey();
            if (!omitted.contains(key) && !ReservedAttributes.ENVELOPE.contains(key)) {
                json.put(key, AttributeCodec.encode(attribute.getValue(), prompt, response));
            }
        }
        Envelope envelope = source.envelope();
        putUnlessEmpty(json, ReservedAttributes.RESOURCE, envelope.resourceJson(), omitted);
        putUnlessEmpty(json, ReservedAttributes.SCOPE, envelope.scopeJson(), omitted);
        putUnlessEmpty(
                json, ReservedAttributes.SPAN, EnvelopeCodec.span(source.message(), source.ownAttributes()), omitted);
        String decisions = nativeFields.decisions(source.decisions());
        if (!decisions.isEmpty()) {
            json.put(ReservedAttributes.MAPPING, decisions);
        }
        return json;
    }

    private static void putUnlessEmpty(
            Map<String, @Nullable Object> json, String key, Map<String, @Nullable Object> value, Set<String> omitted) {
        if (!value.isEmpty() && !omitted.contains(key)) {
            json.put(key, value);
        }
    }

    /**
     * Returns the parent's id. If the bytes are not an id, returns null, which makes the span a root; {@code otel.span} keeps
     * the bytes.
     */
    private static @Nullable UUID parentId(ByteString id) {
        if (id.size() != 8) {
            return null;
        }
        long low = ByteBuffer.wrap(id.toByteArray()).getLong();
        return low == 0 ? null : Ids.spanIdOf(low);
    }

    private static Instant time(long unixNano, String field) {
        if (unixNano < 0) {
            throw new IllegalArgumentException(
                    field + " > " + Long.MAX_VALUE + " (" + Times.LATEST + "): " + Long.toUnsignedString(unixNano));
        }
        return Times.ofNanos(unixNano);
    }

    private static @Nullable Instant endTime(Span span, Instant start) {
        if (span.getEndTimeUnixNano() == 0) {
            return null;
        }
        return EnvelopeCodec.hasClockSkew(span) ? start : time(span.getEndTimeUnixNano(), "end_time_unix_nano");
    }

    private static @Nullable Long timeToFirstToken(OtlpSpan source, Instant start, @Nullable Instant end) {
        Double seconds = source.first(MappedField.TIME_TO_FIRST_TOKEN);
        if (seconds == null || seconds > MAX_SECONDS) {
            return null;
        }
        long millis = Math.round(seconds * 1000);
        boolean afterEnd = end != null && start.plusMillis(millis).isAfter(end.plusMillis(1));
        return afterEnd ? null : millis;
    }

    private static @Nullable String finishReason(OtlpSpan source, ParsedResponse response) {
        String reason = source.first(MappedField.FINISH_REASON);
        if (reason == null) {
            reason = response.finishReason();
        }
        return reason == null ? null : Messages.finishReason(reason);
    }

    private static String idOf(Span span) {
        return HEX.formatHex(span.getTraceId().toByteArray()) + "/"
                + HEX.formatHex(span.getSpanId().toByteArray());
    }
}
