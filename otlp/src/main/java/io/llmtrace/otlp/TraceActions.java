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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an agent did and wanted to do, over all spans of a trace: a call of a tool that several spans tell of is one action.
 * They are joined by the model's id of the call; an action without one stands for itself. It is read from the spans each time,
 * and stored nowhere.
 */
public final class TraceActions {

    /** With more calls than this without a result, to look for each of their ids would cost more than to read the prompt. */
    private static final int MANY = 32;

    private final List<Call> calls = new ArrayList<>();
    private final Map<String, Call> byId = new HashMap<>();

    private TraceActions() {}

    /** In the order of their time. A call that was executed several times with one id is as many actions: so often was it done. */
    public static List<TraceAction> of(TraceEvent trace) {
        TraceActions actions = new TraceActions();
        trace.spans().forEach(actions::addAll);
        actions.findResults(trace.spans());
        return actions.calls.stream()
                .flatMap(call -> call.actions().stream())
                .sorted(Comparator.comparing(each -> each.action().timestamp()))
                .toList();
    }

    private void addAll(TraceSpan span) {
        for (AgentAction action : span.agentActions()) {
            String id = idOf(action);
            Call call = id == null ? newCall() : callOf(id);
            call.add(new Said(span, action));
        }
    }

    private Call callOf(String id) {
        return byId.computeIfAbsent(id, key -> newCall());
    }

    private Call newCall() {
        Call call = new Call();
        calls.add(call);
        return call;
    }

    private static @Nullable String idOf(AgentAction action) {
        return action.metadata().get(AgentActions.TOOL_CALL_ID);
    }

    /** A prompt has the results of calls that an earlier span tells of. */
    private void findResults(List<TraceSpan> spans) {
        Map<String, Call> waiting = new HashMap<>();
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

    private static void takeResults(TraceSpan span, Map<String, Call> waiting) {
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

    private static void takeResult(ChatPart part, TraceSpan span, Map<String, Call> waiting) {
        String id = part.id();
        JsonNode result = part.result();
        Call call = id == null || result == null ? null : waiting.remove(id);
        if (call != null) {
            call.answer(span, result);
        }
    }

    /** A prompt repeats all that was said before, and may be megabytes: it is read only where it may say something new. */
    private static boolean mayHaveResult(String prompt, Map<String, Call> waiting) {
        return waiting.size() > MANY || waiting.keySet().stream().anyMatch(prompt::contains);
    }

    /** What one span says of an action. */
    private record Said(TraceSpan span, AgentAction action) {

        String spanId() {
            return Ids.formatSpanId(span.spanId());
        }
    }

    /** All that is said of one call, or of an action that is known from one place only. */
    private static final class Call {

        /** Agents repeat what their models asked for. */
        private static final Comparator<Said> BEST_REQUEST = Comparator.comparing(
                        (Said said) -> said.span.kind().repeatsUsageOfChildren())
                .thenComparing(said -> said.action.timestamp());

        private @Nullable Said request;
        private final List<Said> executions = new ArrayList<>();
        private @Nullable String result;
        private @Nullable String answeredBy;

        void add(Said said) {
            if (!said.action.onlyRequested()) {
                executions.add(said);
            } else if (request == null || BEST_REQUEST.compare(said, request) < 0) {
                request = said;
            }
        }

        /** Of several executions, the last one's is what the model was told. */
        boolean lacksResult() {
            return answeredBy == null && (executions.isEmpty() || last().action.result() == null);
        }

        void answer(TraceSpan span, @Nullable JsonNode told) {
            result = Json.text(told);
            answeredBy = Ids.formatSpanId(span.spanId());
        }

        List<TraceAction> actions() {
            List<TraceAction> actions = new ArrayList<>();
            for (Said execution : executions) {
                boolean answered = execution == last() && answeredBy != null;
                actions.add(new TraceAction(
                        TraceAction.State.EXECUTED,
                        answered ? withResult(merged(execution.action)) : merged(execution.action),
                        request == null ? null : request.spanId(),
                        execution.spanId(),
                        answered ? answeredBy : null));
            }
            if (executions.isEmpty() && request != null) {
                actions.add(new TraceAction(
                        answeredBy == null ? TraceAction.State.REQUESTED : TraceAction.State.ANSWERED,
                        answeredBy == null ? request.action : withResult(request.action),
                        request.spanId(),
                        null,
                        answeredBy));
            }
            return actions;
        }

        private Said last() {
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
