package io.llmtrace.samples;

import io.llmtrace.model.TraceEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Generated traces of applications with language models: chats of several turns, answers from documents, agents with tools,
 * evaluations; with streaming, retries, errors, costs and security findings, of several services, users and models. The texts
 * come from grammars; they mean little but read like real ones. All people in them are invented.
 */
public final class SampleTraces {

    /** The shortest allowed time span, into which any session fits. */
    public static final Duration SHORTEST_SPAN = Duration.ofHours(2);

    private SampleTraces() {}

    /**
     * Generates traces, the same for the same arguments.
     *
     * @param count the exact number of traces
     * @param end the latest end of a span
     * @param span how far back from {@code end} the traces begin; at least {@link #SHORTEST_SPAN}
     * @return a lazy stream of the traces, session by session, in the order of the sessions' starts
     */
    public static Stream<TraceEvent> generate(long seed, int count, UUID tenantId, Instant end, Duration span) {
        if (count < 0) {
            throw new IllegalArgumentException("count < 0: " + count);
        }
        if (span.compareTo(SHORTEST_SPAN) < 0) {
            throw new IllegalArgumentException("span < " + SHORTEST_SPAN + ": " + span);
        }
        return plans(seed, count, end, span).stream().flatMap(plan -> plan.traces(tenantId, end).stream());
    }

    /** Makes the traces of one session of a user. */
    private enum Activity {
        CHAT(1, 6),
        RETRIEVAL(1, 3),
        AGENT(1, 2),
        EVALUATION(3, 8);

        private final int leastTraces;
        private final int mostTraces;

        Activity(int leastTraces, int mostTraces) {
            this.leastTraces = leastTraces;
            this.mostTraces = mostTraces;
        }

        private static Activity pick(Dice dice) {
            double chance = dice.between(0.0, 1.0);
            if (chance < 0.40) {
                return CHAT;
            }
            if (chance < 0.72) {
                return RETRIEVAL;
            }
            return chance < 0.96 ? AGENT : EVALUATION;
        }
    }

    private static List<SessionPlan> plans(long seed, int count, Instant end, Duration span) {
        List<SessionPlan> plans = new ArrayList<>();
        int planned = 0;
        for (int i = 0; planned < count; i++) {
            long sessionSeed = Dice.seedOf(seed, i);
            Dice dice = new Dice(sessionSeed);
            Activity activity = Activity.pick(dice);
            int traces = Math.min(dice.between(activity.leastTraces, activity.mostTraces), count - planned);
            plans.add(new SessionPlan(sessionSeed, activity, traces, Rhythm.pick(dice, end.minus(span), end)));
            planned += traces;
        }
        plans.sort(Comparator.comparing(SessionPlan::start));
        return plans;
    }

    private record SessionPlan(long seed, Activity activity, int count, Instant start) {

        List<TraceEvent> traces(UUID tenantId, Instant end) {
            List<TraceEvent> traces = tracesFrom(tenantId, start);
            Duration over = Duration.between(end, endOf(traces));
            // A session that would end too late is generated again from the same seed, with an earlier start.
            return !over.isNegative() ? tracesFrom(tenantId, start.minus(over)) : traces;
        }

        private List<TraceEvent> tracesFrom(UUID tenantId, Instant first) {
            Dice dice = new Dice(Dice.seedOf(seed, 1));
            Session session = new Session(tenantId, topic(dice), dice);
            Conversation conversation = new Conversation(session);
            List<TraceEvent> traces = new ArrayList<>();
            Instant time = first;
            for (int i = 0; i < count; i++) {
                TraceEvent trace = trace(session, conversation, time);
                traces.add(trace);
                time = endOf(List.of(trace))
                        .plusMillis(dice.around(activity == Activity.EVALUATION ? 400 : 45_000, 0.8));
            }
            return traces;
        }

        private Topic topic(Dice dice) {
            // The documents and tools are in English.
            return activity == Activity.CHAT && dice.chance(0.2)
                    ? dice.pick(Topic.OTHER_LANGUAGES)
                    : dice.pick(Topic.ENGLISH);
        }

        private TraceEvent trace(Session session, Conversation conversation, Instant time) {
            return switch (activity) {
                case CHAT -> conversation.turn(time);
                case RETRIEVAL -> RetrievalRun.of(session, time);
                case AGENT -> AgentRun.of(session, time, session.dice().between(2, 9));
                case EVALUATION -> EvaluationRun.of(session, time);
            };
        }
    }

    private static Instant endOf(List<TraceEvent> traces) {
        return traces.stream()
                .flatMap(trace -> trace.spans().stream())
                .map(span -> span.endTime() == null ? span.startTime() : span.endTime())
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }
}
