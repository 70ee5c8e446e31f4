package io.llmtrace.samples;

import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Infinite streams of spans for benchmarks, which are cheap to generate. The same seed gives the same spans. All belong to
 * {@link #TENANT}.
 */
public final class SampleSpans {

    /** The default tenant of a server without authentication. */
    public static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");

    private static final Instant FIRST = Instant.parse("2026-01-05T08:00:00Z");

    private SampleSpans() {}

    /** Returns traces of one model call, with about 3 KB of prompt and response. */
    public static Stream<TraceSpan> chat(long seed) {
        return traces(seed, Duration.ofMillis(350), SampleSpans::chatTrace);
    }

    /**
     * Returns traces of 10 to 25 model calls, each of which resends the history, with tool calls between them. A span has about
     * 20 KB on average. The spans of a trace follow each other in the order of their ends; by their times, some hundred agents
     * run concurrently.
     */
    public static Stream<TraceSpan> agent(long seed) {
        return traces(seed, Duration.ofMillis(500), SampleSpans::agentTrace);
    }

    /** Returns traces of four to twelve spans with hardly any text, for measurements in which only the number of rows matters. */
    public static Stream<TraceSpan> narrow(long seed) {
        return traces(seed, Duration.ofMillis(900), SampleSpans::narrowTrace);
    }

    private interface TraceMaker {
        List<TraceSpan> make(Session session, Instant start);
    }

    private static Stream<TraceSpan> traces(long seed, Duration distance, TraceMaker maker) {
        return LongStream.iterate(0, i -> i + 1).boxed().flatMap(i -> {
            Dice dice = new Dice(Dice.seedOf(seed, i));
            Session session = new Session(TENANT, dice.pick(Topic.ENGLISH), dice);
            return maker.make(session, FIRST.plus(distance.multipliedBy(i))).stream();
        });
    }

    private static List<TraceSpan> chatTrace(Session session, Instant start) {
        TraceSketch sketch = new TraceSketch(session, start);
        Messages messages = new Messages().add("system", session.tell("system"));
        if (session.dice().chance(0.4)) {
            messages.add("user", session.tell("question")).add("assistant", session.tell("sentence"));
            messages.add("user", session.tell("followup"));
        } else {
            messages.add("user", session.tell("question") + "\n\n" + session.tell("pasted"));
        }
        // The grammar has few words. The notes add words, so that the vocabulary is as large as that of real text.
        String answer = session.tell("answer") + "\n\n" + session.tell("notes");
        new ModelCall(sketch, null, session.model()).prompt(messages.json()).answerSurely(answer);
        return sketch.spans();
    }

    private static List<TraceSpan> agentTrace(Session session, Instant start) {
        return AgentRun.chatty(session, start, session.dice().between(10, 25));
    }

    private static List<TraceSpan> narrowTrace(Session session, Instant start) {
        Dice dice = session.dice();
        TraceSketch sketch = new TraceSketch(session, start);
        TraceSketch.OpenSpan chain = sketch.open(SpanKind.CHAIN, session.serviceName(), null);
        int children = dice.between(3, 11);
        for (int i = 0; i < children; i++) {
            if (dice.chance(0.5)) {
                new ModelCall(sketch, chain, session.model())
                        .prompt(session.tell("search_query"))
                        .answer(session.tell("title"));
            } else {
                tool(sketch, chain);
            }
        }
        sketch.close(chain);
        return sketch.spans();
    }

    private static void tool(TraceSketch sketch, TraceSketch.OpenSpan parent) {
        Session session = sketch.session();
        TraceSketch.OpenSpan span = sketch.open(
                SpanKind.TOOL, session.dice().pick(session.topic().tools()).name(), parent);
        sketch.pass(session.dice().around(120, 0.7));
        span.builder().prompt(session.tell("title")).response(session.tell("rank_reason"));
        sketch.close(span);
    }
}
