package io.llmtrace.samples;

import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.samples.TraceSketch.OpenSpan;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/** The evaluation of one example of a test set, judged by a model. */
final class EvaluationRun {

    private EvaluationRun() {}

    static TraceEvent of(Session session, Instant start) {
        Dice dice = session.dice();
        TraceSketch sketch = new TraceSketch(session, start);
        OpenSpan run = sketch.open(SpanKind.EVALUATOR, "nightly-evaluation", null);
        String question = session.tell("question").replace("\\n", "\n");
        String answer = session.tell("answer");
        double score = dice.between(1, 5);
        String verdict = String.format(
                Locale.ROOT, "{\"score\":%d,\"reason\":\"The answer %s.\"}", (int) score, session.tell("rank_reason"));
        String prompt = new Messages()
                .add(
                        "system",
                        "Grade the answer from 1 (useless) to 5 (complete and correct). Reply with JSON: score, reason.")
                .add("user", "Question:\n" + question + "\n\nAnswer:\n" + answer)
                .json();
        new ModelCall(sketch, run, session.model()).prompt(prompt).answer(session.answer(verdict));
        run.builder().attributes(Map.of("evaluation.set", "regression-2026-07", "evaluation.score", score));
        sketch.close(run);
        return sketch.finish();
    }
}
