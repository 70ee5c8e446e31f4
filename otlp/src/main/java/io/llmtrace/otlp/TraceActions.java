package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.chat.ChatMessage;
import io.llmtrace.otlp.chat.ChatMessages;
import io.llmtrace.otlp.chat.ChatPart;
import io.llmtrace.otlp.internal.messages.AgentActions;
import io.llmtrace.otlp.internal.wire.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Joins the agent actions of all spans of a trace: a tool call that several spans report is one action. Reports are joined by the
 * model's id of the call; a report without one is an action of its own, unless it is inside the span of another execution of the
 * same tool with the same arguments. The result is computed on each read and not stored.
 */
public final class TraceActions {

    /** With more calls than this, searching a prompt for each of their ids costs more than parsing it. */
    private static final int MAX_SEARCHED_IDS = 32;

    private final List<JoinedCall> calls = new ArrayList<>();
    private final Map<String, JoinedCall> byId = new HashMap<>();

    private TraceActions() {}

    /** Returns the actions ordered by time. If a call was executed several times under one id, each execution is an action. */
    public static List<TraceAction> of(TraceEvent trace) {
        TraceActions actions = new TraceActions();
        NestedExecutions nested = new NestedExecutions(trace.spans());
        for (TraceSpan span : trace.spans()) {
            if (!nested.isRepeated(span)) {
                actions.addAll(span, nested);
            }
        }
        actions.findResults(trace.spans());
        return actions.calls.stream()
                .flatMap(call -> call.actions().stream())
                .sorted(Comparator.comparing(each -> each.action().timestamp()))
                .toList();
    }

    private void addAll(TraceSpan span, NestedExecutions nested) {
        for (AgentAction reported : span.agentActions()) {
            AgentAction action = nested.completed(span, reported);
            String id = idOf(action);
            JoinedCall call = id == null ? newCall() : callOf(id);
            call.add(new ActionReport(span, action));
        }
    }

    private JoinedCall callOf(String id) {
        return byId.computeIfAbsent(id, key -> newCall());
    }

    private JoinedCall newCall() {
        JoinedCall call = new JoinedCall();
        calls.add(call);
        return call;
    }

    private static @Nullable String idOf(AgentAction action) {
        return action.metadata().get(AgentActions.TOOL_CALL_ID);
    }

    /** Finds results that no execution reports. The prompt of a model call contains the results of the calls before it. */
    private void findResults(List<TraceSpan> spans) {
        Map<String, JoinedCall> waiting = new HashMap<>();
        for (TraceSpan span : spans) {
            if (span.kind() == SpanKind.LLM) {
                takeResults(span, waiting);
            }
            for (AgentAction action : span.agentActions()) {
                String id = idOf(action);
                if (id != null && callOf(id).lacksResult()) {
                    waiting.put(id, callOf(id));
                }
            }
        }
    }

    private static void takeResults(TraceSpan span, Map<String, JoinedCall> waiting) {
        String prompt = span.prompt();
        if (prompt == null || !mayHaveResult(prompt, waiting)) {
            return;
        }
        for (ChatMessage message : ChatMessages.parse(prompt, "user")) {
            for (ChatPart part : message.parts()) {
                takeResult(part, span, waiting);
            }
        }
    }

    private static void takeResult(ChatPart part, TraceSpan span, Map<String, JoinedCall> waiting) {
        String id = part.id();
        JsonNode result = part.result();
        JoinedCall call = id == null || result == null ? null : waiting.remove(id);
        if (call != null) {
            call.answer(span, result);
        }
    }

    /** A prompt repeats the conversation so far and may be megabytes long, so it is parsed only if it may contain a new result. */
    private static boolean mayHaveResult(String prompt, Map<String, JoinedCall> waiting) {
        return waiting.size() > MAX_SEARCHED_IDS || waiting.keySet().stream().anyMatch(prompt::contains);
    }

    /** One span's report of an action. */
    private record ActionReport(TraceSpan span, AgentAction action) {

        String spanId() {
            return Ids.formatSpanId(span.spanId());
        }
    }

    /** All reports of one call, or a single report without an id. */
    private static final class JoinedCall {

        /** Prefers the request of a model to that of an agent, which repeats what its models requested. */
        private static final Comparator<ActionReport> BEST_REQUEST = Comparator.comparing(
                        (ActionReport report) -> report.span.kind().repeatsUsageOfChildren())
                .thenComparing(report -> report.action.timestamp());

        private @Nullable ActionReport request;
        private final List<ActionReport> executions = new ArrayList<>();
        private @Nullable String result;
        private @Nullable String answeredBy;

        void add(ActionReport report) {
            if (!report.action.onlyRequested()) {
                executions.add(report);
            } else if (request == null || BEST_REQUEST.compare(report, request) < 0) {
                request = report;
            }
        }

        /**
         * Returns whether the result is unknown. If there are several executions, the model received the result of the last
         * one.
         */
        boolean lacksResult() {
            return answeredBy == null && (executions.isEmpty() || last().action.result() == null);
        }

        void answer(TraceSpan span, @Nullable JsonNode answer) {
            result = Json.text(answer);
            answeredBy = Ids.formatSpanId(span.spanId());
        }

        List<TraceAction> actions() {
            List<TraceAction> actions = new ArrayList<>();
            for (ActionReport execution : executions) {
                boolean answered = execution == last() && answeredBy != null;
                actions.add(new TraceActionValues(
                        TraceAction.State.EXECUTED,
                        answered ? withResult(merged(execution.action)) : merged(execution.action),
                        request == null ? null : request.spanId(),
                        execution.spanId(),
                        answered ? answeredBy : null));
            }
            if (executions.isEmpty() && request != null) {
                actions.add(new TraceActionValues(
                        answeredBy == null ? TraceAction.State.REQUESTED : TraceAction.State.ANSWERED,
                        answeredBy == null ? request.action : withResult(request.action),
                        request.spanId(),
                        null,
                        answeredBy));
            }
            return actions;
        }

        private ActionReport last() {
            return executions.get(executions.size() - 1);
        }

        private AgentAction merged(AgentAction executed) {
            if (request == null || executed.arguments() != null) {
                return executed;
            }
            return executed.toBuilder().arguments(request.action.arguments()).build();
        }

        private AgentAction withResult(AgentAction action) {
            return action.toBuilder().result(result).build();
        }
    }
}
