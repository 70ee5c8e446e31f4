package io.llmtrace.samples;

import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.samples.TraceSketch.OpenSpan;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A chat, in which each turn is a trace and each prompt contains the whole conversation so far. */
final class Conversation {

    private static final double INCIDENT_PROBABILITY = 0.05;
    private static final double SIGN_PROBABILITY = 0.03;

    private final Session session;
    private final Dice dice;
    private final boolean behindGateway;
    private final boolean plainText;
    private final Messages messages = new Messages();
    private int seenCharacters;
    private int turn;
    private String attack = "";

    Conversation(Session session) {
        this.session = session;
        this.dice = session.dice();
        this.behindGateway = dice.chance(0.35);
        this.plainText = dice.chance(0.08);
        messages.add("system", session.tell("system"));
    }

    TraceEvent turn(Instant start) {
        TraceSketch sketch = new TraceSketch(session, start);
        Incident incident = dice.chance(INCIDENT_PROBABILITY) ? dice.pick(List.of(Incident.values())) : null;
        String question = question(incident);
        if (behindGateway) {
            behindGateway(sketch, question, incident);
        } else {
            call(sketch, null, question, incident);
        }
        return sketch.finish();
    }

    private String question(@Nullable Incident incident) {
        String question = session.tell(turn++ == 0 ? "question" : "followup").replace("\\n", "\n");
        if (incident == null) {
            return question;
        }
        attack = incident.text(session).replace("\\n", "\n");
        return question + "\n\n" + attack;
    }

    /** Adds a request to a service that runs a guardrail before it calls the model. */
    private void behindGateway(TraceSketch sketch, String question, @Nullable Incident incident) {
        OpenSpan request = sketch.open(SpanKind.OTHER, "POST /v1/chat", null);
        sketch.pass(dice.between(1, 9));
        boolean blocked = incident != null && incident.hostile() && dice.chance(0.5);
        guard(sketch, request, question, blocked ? incident : null);
        if (!blocked) {
            call(sketch, request, question, incident);
        }
        sketch.pass(dice.between(1, 6));
        request.builder().prompt(question).statusCode(blocked ? 403 : 200);
        sketch.close(request);
    }

    private void guard(TraceSketch sketch, OpenSpan parent, String question, @Nullable Incident incident) {
        OpenSpan guard = sketch.open(SpanKind.GUARDRAIL, "input-guard", parent);
        Model model = Model.GUARD;
        sketch.pass(dice.around(90, 0.5));
        long tokens = Model.tokensOf(question.length());
        guard.builder()
                .provider(model.provider())
                .modelName(model.name())
                .prompt(question)
                .response(incident == null ? "safe" : "unsafe\nS" + dice.between(1, 14))
                .promptTokens(tokens)
                .completionTokens(incident == null ? 1L : 4L)
                .securityFindings(
                        incident == null ? List.of() : incident.findings(dice, sketch.now(), "input", attack));
        guard.usage().add(tokens, incident == null ? 1 : 4, 0);
        sketch.close(guard);
    }

    private void call(TraceSketch sketch, @Nullable OpenSpan parent, String question, @Nullable Incident incident) {
        messages.add("user", question);
        boolean refused = incident != null && incident.hostile() && dice.chance(0.7);
        String answer = session.tell(refused ? "refusal" : "answer");
        boolean answered = new ModelCall(sketch, parent, session.model())
                .prompt(plainText ? question : messages.json())
                .cachedCharacters(plainText ? 0 : seenCharacters)
                .finishReason(finishReason(refused))
                .findings(findings(sketch.now(), incident))
                .answer(session.answer(answer));
        if (answered) {
            seenCharacters = messages.length();
            messages.add("assistant", answer);
        }
    }

    private String finishReason(boolean refused) {
        if (refused && dice.chance(0.5)) {
            return "content_filter";
        }
        return dice.chance(0.02) ? "length" : "stop";
    }

    private List<SecurityFinding> findings(Instant at, @Nullable Incident incident) {
        String location = "request.messages[" + (2 * turn - 1) + "]";
        if (incident != null) {
            return incident.findings(dice, at, location, attack);
        }
        return dice.chance(SIGN_PROBABILITY) ? List.of(Incident.sign(dice, at, location)) : List.of();
    }
}
