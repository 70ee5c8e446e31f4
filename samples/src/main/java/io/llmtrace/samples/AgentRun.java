package io.llmtrace.samples;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.samples.Topic.Tool;
import io.llmtrace.samples.TraceSketch.OpenSpan;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A run of an agent, which sends its whole history again with every model call:
 *
 * <pre>
 *   agent ── llm [system, task]
 *         ├─ tool
 *         ├─ llm [system, task, call, result]
 *         ├─ tool
 *         └─ llm [system, task, call, result, call, result] → answer
 * </pre>
 */
final class AgentRun {

    private static final double FAILURE_PROBABILITY = 0.08;
    private static final double INCIDENT_PROBABILITY = 0.006;

    private final Session session;
    private final Dice dice;
    private final TraceSketch sketch;
    private final boolean chatty;
    private final Messages messages = new Messages();
    private List<SecurityFinding> findings = List.of();
    private int seenCharacters;

    private AgentRun(Session session, Instant start, boolean chatty) {
        this.chatty = chatty;
        this.session = session;
        this.dice = session.dice();
        this.sketch = new TraceSketch(session, start);
    }

    /** @param steps the number of calls of the model, the last of which answers */
    static TraceEvent of(Session session, Instant start, int steps) {
        return TraceEvent.ofSpans(spans(new AgentRun(session, start, false), steps));
    }

    /** Returns the spans in the order of their ends, with tool results that are twice as long as those of {@link #of}. */
    static List<TraceSpan> chatty(Session session, Instant start, int steps) {
        return spans(new AgentRun(session, start, true), steps);
    }

    private static List<TraceSpan> spans(AgentRun run, int steps) {
        run.run(steps);
        return run.sketch.spans();
    }

    private void run(int steps) {
        OpenSpan agent = sketch.open(SpanKind.AGENT, session.serviceName() + " agent", null);
        String task = session.tell("task");
        agent.builder().prompt(task);
        messages.add("system", session.tell("system")).add("user", task);
        for (int step = 1; step < steps; step++) {
            if (!step(agent)) {
                agent.builder().errorMessage("Stopped after " + step + " steps: the model did not answer");
                sketch.close(agent);
                return;
            }
        }
        String answer = session.tell("final");
        if (call(agent, session.answer(answer), "stop")) {
            agent.builder().response(answer);
        } else {
            agent.builder().errorMessage("Stopped at the last step: the model did not answer");
        }
        sketch.close(agent);
    }

    /** Adds a call of the model that requests a tool, and the call of the tool. */
    private boolean step(OpenSpan agent) {
        Tool tool = dice.pick(session.topic().tools());
        String thought = session.tell("thought");
        String arguments = session.tell("tool." + tool.name() + ".arguments");
        Messages request = new Messages();
        request.addToolCall(thought, tool.name(), arguments, dice);
        if (!call(agent, request.json(), "tool_calls")) {
            return false;
        }
        String callId = messages.addToolCall(thought, tool.name(), arguments, dice);
        sketch.pass(dice.between(1, 12));
        messages.addToolResult(callId, use(agent, tool, arguments));
        return true;
    }

    private boolean call(OpenSpan agent, String response, String finishReason) {
        String prompt = messages.json();
        boolean answered = new ModelCall(sketch, agent, session.model())
                .prompt(prompt)
                .cachedCharacters(seenCharacters)
                .finishReason(finishReason)
                .findings(findings)
                .answer(response);
        findings = List.of();
        seenCharacters = prompt.length();
        return answered;
    }

    /** Runs the tool, and returns its result or its error. */
    private String use(OpenSpan agent, Tool tool, String arguments) {
        OpenSpan span = sketch.open(SpanKind.TOOL, tool.name(), agent);
        Instant start = sketch.now();
        long duration = dice.around(tool.actionType() == AgentActionType.COMMAND_EXECUTION ? 4_000 : 180, 0.8);
        sketch.pass(duration);
        boolean failed = dice.chance(FAILURE_PROBABILITY);
        String result = failed ? tool.failure(dice) : result(tool);
        span.builder()
                .prompt(arguments)
                .response(result)
                .agentActions(List.of(action(tool, start, duration, arguments, result, failed)));
        if (failed) {
            span.builder().errorMessage(result);
        }
        sketch.close(span);
        return result;
    }

    private String result(Tool tool) {
        String told = session.tell("tool." + tool.name() + ".result");
        String result = chatty ? told + "\n\n" + session.tell("long_notes") : told;
        if (!dice.chance(INCIDENT_PROBABILITY)) {
            return result;
        }
        String attack = Incident.PROMPT_INJECTION.text(session);
        String location = "tool_results[" + messages.toolCalls() + "]";
        findings = Incident.PROMPT_INJECTION.findings(dice, sketch.now(), location, attack);
        return result + "\n\n" + attack;
    }

    private AgentAction action(
            Tool tool, Instant start, long duration, String arguments, String result, boolean failed) {
        AgentAction.Builder action = AgentAction.builder(tool.actionType(), tool.name(), start)
                .id(dice.uuid())
                .arguments(arguments)
                .result(result.length() <= 500 ? result : result.substring(0, 500))
                .durationMs(duration)
                .success(!failed);
        switch (tool.actionType()) {
            case COMMAND_EXECUTION -> action.exitCode(failed ? dice.between(1, 2) : 0);
            case WEB_ACCESS ->
                action.httpMethod("GET").httpStatus(failed ? Integer.parseInt(result.substring(0, 3)) : 200);
            case FILE_ACCESS ->
                action.fileOperation(
                        tool.name().startsWith("read") || tool.name().startsWith("open") ? "read" : "write");
            case TOOL_CALL, SKILL_INVOCATION -> action.metadata(Map.of("attempt", "1"));
        }
        return action.build();
    }
}
