package io.llmtrace.otlp;

import com.fasterxml.jackson.annotation.JsonValue;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.Ids;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One action of a trace, joined from up to three spans that report it:
 *
 * <pre>
 *   requested   the response of a model requests it                        name, arguments
 *   executed    the span of the tool reports what it did                   arguments, result, duration, success
 *   answered    the prompt of a later call of a model contains its result  result
 * </pre>
 *
 * The three ids of spans are written as {@link Ids#formatSpanId} does.
 */
public sealed interface TraceAction permits TraceActionValues {

    /** The furthest state of an action that is known. */
    enum State {
        /** A span reports its execution. */
        EXECUTED,
        /** Its result is known, but no span reports its execution: it was executed where nothing was traced. */
        ANSWERED,
        /** Nothing but the request is known. */
        REQUESTED;

        /** Returns the name in JSON, such as {@code executed}. */
        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Returns the furthest state of the action that is known. */
    State state();

    /**
     * Returns all that is known of the action. What the execution reports precedes what the request reports; the result is from
     * wherever it is known. Success and duration are known of an executed action only; any other has the time of its request.
     */
    AgentAction action();

    /** Returns the span whose response requests it; null if none does. */
    @Nullable
    String requestedBy();

    /** Returns the span that executed it; null if none did. */
    @Nullable
    String executedBy();

    /** Returns the span whose prompt the result is from; null if the execution reported the result. */
    @Nullable
    String answeredBy();
}
