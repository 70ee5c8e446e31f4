package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.node.TextNode;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.messages.AgentActions;
import io.llmtrace.otlp.internal.wire.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Tool spans that tell of the same execution: that of the agent and inside it that of the MCP client, or those of two
 * instrumentations of one function, which are inside each other or have one id at one time. The outermost span counts; what it
 * does not say is taken from the others.
 */
final class NestedExecutions {

    private final Map<UUID, TraceSpan> spans = new HashMap<>();

    /** The nearest execution at or above a span; null if there is none. */
    private final Map<UUID, @Nullable TraceSpan> nearest = new HashMap<>();

    /** From the span of an execution to the one around it that tells of the same. */
    private final Map<UUID, UUID> outer = new HashMap<>();

    private final Map<UUID, List<AgentAction>> inner = new HashMap<>();

    NestedExecutions(List<TraceSpan> trace) {
        trace.forEach(span -> spans.put(span.spanId(), span));
        for (TraceSpan span : trace) {
            TraceSpan around = isExecution(span) ? enclosing(span) : null;
            if (around != null && isSameCall(execution(span), execution(around))) {
                join(span, around);
            }
        }
        joinSimultaneous(trace);
        for (TraceSpan span : trace) {
            if (outer.containsKey(span.spanId())) {
                inner.computeIfAbsent(outermost(span.spanId()), root -> new ArrayList<>())
                        .add(execution(span));
            }
        }
    }

    /** Returns whether another span around this one tells of its execution. */
    boolean isRepeated(TraceSpan span) {
        return outer.containsKey(span.spanId());
    }

    /** Returns an action of a span, with what only the executions inside it say. */
    AgentAction completed(TraceSpan span, AgentAction action) {
        AgentAction complete = action;
        for (AgentAction other : inner.getOrDefault(span.spanId(), List.of())) {
            AgentAction.Builder builder = complete.toBuilder()
                    .arguments(complete.arguments() == null ? other.arguments() : complete.arguments())
                    .result(complete.result() == null ? other.result() : complete.result());
            String id = other.metadata().get(AgentActions.TOOL_CALL_ID);
            if (id != null && !complete.metadata().containsKey(AgentActions.TOOL_CALL_ID)) {
                Map<String, String> metadata = new LinkedHashMap<>(complete.metadata());
                metadata.put(AgentActions.TOOL_CALL_ID, id);
                builder.metadata(metadata);
            }
            complete = builder.build();
        }
        return complete;
    }

    private void join(TraceSpan span, TraceSpan around) {
        UUID root = outermost(around.spanId());
        UUID own = outermost(span.spanId());
        if (!root.equals(own)) { // parents may form a circle
            outer.put(own, root);
        }
    }

    /** Joins executions of one id that overlap in time; a repeated execution starts after the one before it has ended. */
    private void joinSimultaneous(List<TraceSpan> trace) {
        Map<String, TraceSpan> latest = new HashMap<>();
        trace.stream()
                .filter(span -> isExecution(span) && !outer.containsKey(span.spanId()))
                .sorted(Comparator.comparing(TraceSpan::startTime))
                .forEach(span -> {
                    String id = execution(span).metadata().get(AgentActions.TOOL_CALL_ID);
                    TraceSpan before = id == null ? null : latest.get(id);
                    Instant end = before == null ? null : before.endTime();
                    if (before != null && end != null && span.startTime().isBefore(end)) {
                        join(span, before);
                    } else if (id != null) {
                        latest.put(id, span);
                    }
                });
    }

    private static boolean isExecution(TraceSpan span) {
        return span.kind() == SpanKind.TOOL
                && span.agentActions().size() == 1
                && !execution(span).onlyRequested();
    }

    private static AgentAction execution(TraceSpan span) {
        return span.agentActions().get(0);
    }

    private static boolean isSameCall(AgentAction one, AgentAction other) {
        String id = one.metadata().get(AgentActions.TOOL_CALL_ID);
        String otherId = other.metadata().get(AgentActions.TOOL_CALL_ID);
        if (id != null && otherId != null) {
            return id.equals(otherId);
        }
        return one.name().equals(other.name()) && areEqual(one.arguments(), other.arguments());
    }

    /** Returns whether arguments are equal as JSON, or unknown to one of the two. */
    private static boolean areEqual(@Nullable String one, @Nullable String other) {
        return one == null
                || other == null
                || one.equals(other)
                || Json.unwrapped(TextNode.valueOf(one)).equals(Json.unwrapped(TextNode.valueOf(other)));
    }

    /** Returns the nearest execution around a span. Each span of the way is visited once for the whole trace. */
    private @Nullable TraceSpan enclosing(TraceSpan span) {
        List<UUID> way = new ArrayList<>();
        TraceSpan found = null;
        UUID id = span.parentSpanId();
        while (id != null && found == null && way.size() <= spans.size()) {
            if (nearest.containsKey(id)) {
                found = nearest.get(id);
                break;
            }
            TraceSpan parent = spans.get(id);
            way.add(id);
            if (parent == null) {
                break;
            }
            found = isExecution(parent) ? parent : null;
            id = parent.parentSpanId();
        }
        for (UUID passed : way) {
            nearest.put(passed, found);
        }
        return found == null || found.spanId().equals(span.spanId()) ? null : found;
    }

    /** Returns the outermost span that tells of the same execution, and remembers it, so that a chain is walked once. */
    private UUID outermost(UUID id) {
        UUID root = id;
        for (UUID next = outer.get(root); next != null; next = outer.get(root)) {
            root = next;
        }
        UUID passed = id;
        for (UUID next = outer.get(passed); next != null && !next.equals(root); next = outer.get(passed)) {
            outer.put(passed, root);
            passed = next;
        }
        return root;
    }
}
