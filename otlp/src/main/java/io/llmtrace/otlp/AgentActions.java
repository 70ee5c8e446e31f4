package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one span tells of an agent's actions: a tool span is a call that was executed, a response may ask for calls. Both
 * carry the model's id of the call in their metadata, by which they can be joined.
 */
final class AgentActions {

    static final String TOOL_CALL_ID = "tool_call_id";
    private static final String EXECUTE_TOOL = "execute_tool ";

    /** What Google's ADK calls a span that stands for several tools that have spans of their own. */
    private static final String MERGED = "(merged tools)";

    private AgentActions() {}

    static List<AgentAction> of(TraceSpan span, SpanView view) {
        return switch (span.kind()) {
            case TOOL -> toolName(span, view).equals(MERGED) ? List.of() : List.of(executed(span, view));
            case LLM, AGENT -> requested(span);
            case EMBEDDING, CHAIN, RETRIEVER, RERANKER, GUARDRAIL, EVALUATOR, OTHER -> List.of();
        };
    }

    /** The span's actions, with those that its response asks for read anew. */
    static List<AgentAction> withRequested(TraceSpan span) {
        List<AgentAction> actions = new ArrayList<>(span.agentActions());
        actions.removeIf(AgentAction::onlyRequested);
        actions.addAll(requested(span));
        return actions;
    }

    private static AgentAction executed(TraceSpan span, SpanView view) {
        String id = view.first(Target.TOOL_CALL_ID);
        Map<String, String> metadata = metadata(AgentAction.EXECUTED, id);
        String type = view.first(Target.TOOL_TYPE);
        if (type != null) {
            metadata.put("tool_type", type);
        }
        return AgentAction.builder(AgentActionType.TOOL_CALL, toolName(span, view), span.startTime())
                .id(Names.uuid(span.traceId(), span.spanId(), AgentAction.EXECUTED))
                .arguments(span.prompt())
                .result(span.response())
                .durationMs(span.durationMs())
                .success(span.status() == SpanStatus.OK && !saysError(span.response()))
                .httpStatus(span.statusCode())
                .metadata(metadata)
                .build();
    }

    private static List<AgentAction> requested(TraceSpan span) {
        List<AgentAction> actions = new ArrayList<>();
        Instant time = span.endTime() == null ? span.startTime() : span.endTime();
        for (ToolCalls.Call call : ToolCalls.in(span.response())) {
            actions.add(AgentAction.builder(AgentActionType.TOOL_CALL, call.name(), time)
                    .id(Names.uuid(span.traceId(), span.spanId(), AgentAction.REQUESTED + actions.size()))
                    .arguments(call.arguments())
                    .metadata(metadata(AgentAction.REQUESTED, call.id()))
                    .build());
        }
        return actions;
    }

    private static String toolName(TraceSpan span, SpanView view) {
        String name = view.first(Target.TOOL_NAME);
        if (name != null) {
            return name;
        }
        String operation = span.operationName();
        return operation.startsWith(EXECUTE_TOOL) ? operation.substring(EXECUTE_TOOL.length()) : operation;
    }

    /** MCP reports a failed tool as a result. */
    private static boolean saysError(@Nullable String result) {
        if (result == null || !result.contains("isError")) {
            return false;
        }
        JsonNode tree = Json.tree(result);
        return tree != null && tree.path("isError").asBoolean();
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
