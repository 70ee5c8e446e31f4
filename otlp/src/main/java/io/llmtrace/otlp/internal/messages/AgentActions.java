package io.llmtrace.otlp.internal.messages;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.wire.DerivedIds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The agent actions of one span: a tool span is a call that was executed, the response of a model can request calls, and a
 * decision tells that a call was requested. All keep the model's id of the call in their metadata, so that they can be joined.
 */
public final class AgentActions {

    /** The key of the model's id of a call, in the metadata of an action. */
    public static final String TOOL_CALL_ID = "tool_call_id";

    /** The key of what was decided about a call, in the metadata of an action. */
    private static final String DECISION = "decision";

    private static final String EXECUTE_TOOL = "execute_tool ";

    /** The name that Google's ADK gives to a span that summarises several tools which have spans of their own. */
    private static final String MERGED = "(merged tools)";

    private AgentActions() {}

    /** The attributes of a tool span that describe the call; null where the span does not have one. */
    public record ToolAttributes(
            @Nullable String name,
            @Nullable String type,
            @Nullable String callId) {}

    /** Returns the call that a tool span executed; empty for a span that only summarizes several tool spans. */
    public static List<AgentAction> executed(TraceSpan span, ToolAttributes tool) {
        ToolAnswer answer = ToolAnswer.of(span.response());
        String name = toolName(span, tool, answer);
        if (name.equals(MERGED)) {
            return List.of();
        }
        Map<String, String> metadata =
                metadata(AgentAction.EXECUTED, tool.callId() == null ? answer.callId() : tool.callId());
        if (tool.type() != null) {
            metadata.put("tool_type", tool.type());
        }
        return List.of(AgentAction.builder(AgentActionType.TOOL_CALL, name, span.startTime())
                .id(DerivedIds.uuid(span.traceId(), span.spanId(), AgentAction.EXECUTED))
                .arguments(span.prompt())
                .result(answer.result())
                .durationMs(span.durationMs())
                .success(span.status() == SpanStatus.OK && !answer.failed())
                .httpStatus(span.statusCode())
                .metadata(metadata)
                .build());
    }

    /**
     * Returns the call that a decision was about, as requested: whether it was executed, only the span of its execution can tell.
     * Empty if the decision does not name the id of the call, since the two could not be joined.
     */
    public static List<AgentAction> decided(
            TraceSpan span, ToolAttributes tool, @Nullable String arguments, String decision) {
        if (tool.callId() == null) {
            return List.of();
        }
        Map<String, String> metadata = metadata(AgentAction.REQUESTED, tool.callId());
        metadata.put(DECISION, decision);
        return List.of(AgentAction.builder(AgentActionType.TOOL_CALL, toolName(span, tool, null), span.startTime())
                .id(DerivedIds.uuid(span.traceId(), span.spanId(), AgentAction.REQUESTED))
                .arguments(arguments)
                .metadata(metadata)
                .build());
    }

    /** Returns the calls that the response of a span requests. */
    public static List<AgentAction> requested(TraceSpan span, ParsedResponse response) {
        List<AgentAction> actions = new ArrayList<>();
        Instant time = span.endTime() == null ? span.startTime() : span.endTime();
        for (ParsedResponse.RequestedCall call : response.requestedCalls()) {
            actions.add(AgentAction.builder(AgentActionType.TOOL_CALL, call.name(), time)
                    .id(DerivedIds.uuid(span.traceId(), span.spanId(), AgentAction.REQUESTED + actions.size()))
                    .arguments(call.arguments())
                    .metadata(metadata(AgentAction.REQUESTED, call.id()))
                    .build());
        }
        return actions;
    }

    private static String toolName(TraceSpan span, ToolAttributes tool, @Nullable ToolAnswer answer) {
        String name = tool.name() == null && answer != null ? answer.name() : tool.name();
        if (name != null) {
            return name;
        }
        String operation = span.operationName();
        return operation.startsWith(EXECUTE_TOOL) ? operation.substring(EXECUTE_TOOL.length()) : operation;
    }

    private static Map<String, String> metadata(String origin, @Nullable String toolCallId) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(AgentAction.ORIGIN, origin);
        if (toolCallId != null) {
            metadata.put(TOOL_CALL_ID, toolCallId);
        }
        return metadata;
    }
}
