package io.llmtrace.otlp;

import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.logs.CallIds;
import io.llmtrace.otlp.internal.mapping.Decisions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Calls that an agent reports twice, in a span of its trace and in a log event, since it exports both ({@code calls} in
 * {@code agents.yaml}). The span of the trace is the call then, with what only the event has, such as the cost; the span that the
 * event became stays, as one that is no call.
 */
public final class AgentCalls {

    private static final List<String> OF_CALL = List.of(
            "kind",
            "provider",
            "model_name",
            "prompt_tokens",
            "completion_tokens",
            "total_tokens",
            "cache_read_tokens",
            "cache_write_tokens",
            "reasoning_tokens",
            "estimated_cost_usd",
            "agent_actions");

    private AgentCalls() {}

    /**
     * Returns the id of the call that a span reports, if another span of the same trace may report it, too; else null. Spans of the
     * trace and of log events have the same id for the same call.
     */
    public static @Nullable String idOf(TraceSpan span) {
        return span.kind() == SpanKind.LLM || span.kind() == SpanKind.TOOL ? CallIds.of(span) : null;
    }

    /** Returns whether a span was made from a log event. */
    public static boolean isFromLog(TraceSpan span) {
        return span.attributes().containsKey(ReservedAttributes.LOG_EVENT);
    }

    /** Returns the span of a log event without what makes it a call. Its attributes still have all. */
    public static TraceSpan withoutCall(TraceSpan fromLog) {
        return withNative(fromLog, OF_CALL).toBuilder()
                .kind(SpanKind.OTHER)
                .provider(null)
                .modelName(null)
                .promptTokens(null)
                .completionTokens(null)
                .totalTokens(null)
                .cacheReadTokens(null)
                .cacheWriteTokens(null)
                .reasoningTokens(null)
                .estimatedCostUsd(null)
                .agentActions(List.of())
                .build();
    }

    /** Returns the span of a trace with the cost that the event reports, and with input and output where the span has none. */
    public static TraceSpan withReport(TraceSpan span, TraceSpan fromLog) {
        TraceSpan.Builder builder = span.toBuilder();
        List<String> filled = new ArrayList<>();
        if (fromLog.estimatedCostUsd() != null) {
            builder.estimatedCostUsd(fromLog.estimatedCostUsd());
            filled.add("estimated_cost_usd");
        }
        if (span.prompt() == null && fromLog.prompt() != null) {
            builder.prompt(fromLog.prompt());
            filled.add("prompt");
        }
        if (span.response() == null && fromLog.response() != null) {
            builder.response(fromLog.response());
            filled.add("response");
        }
        return filled.isEmpty() ? span : withNative(builder.build(), filled);
    }

    /** Records that fields have the value of the span itself, so that mapping it again keeps them. */
    private static TraceSpan withNative(TraceSpan span, List<String> fields) {
        String mapping = span.attributes().get(ReservedAttributes.MAPPING) instanceof String text ? text : "";
        String before = Decisions.sourceOf(mapping, Decisions.NATIVE);
        List<String> names = new ArrayList<>(before.isEmpty() ? List.of() : List.of(before.split(",")));
        fields.stream().filter(field -> !names.contains(field)).forEach(names::add);
        String others = (" " + mapping + " ")
                .replace(" " + Decisions.NATIVE + "=" + before + " ", " ")
                .strip();
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>(span.attributes());
        attributes.put(ReservedAttributes.MAPPING, others + " " + Decisions.NATIVE + "=" + String.join(",", names));
        return span.toBuilder().attributes(attributes).build();
    }
}
