package io.llmtrace.otlp;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.Ids;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One action of a trace, put together from what its spans say of it. Of a tool's call that is up to three things:
 *
 * <pre>
 *   requested   the response of a model asks for it                      name, arguments
 *   executed    the span of the tool says what it did                    arguments, result, duration, success
 *   answered    the prompt of a later call of a model has its result     result
 * </pre>
 *
 * @param action what is known of it in one: the execution's word before that of the request, a result from wherever it is known.
 *     Whether it succeeded, when and how long it took is known of an executed one only: another has the time of its request
 * @param requestedBy the span whose response asks for it, as {@link Ids#formatSpanId} writes it; so are the next two
 * @param executedBy the span that did it
 * @param answeredBy the span whose prompt the result is from; null where the execution told it
 */
public record TraceAction(
        State state,
        @JsonUnwrapped AgentAction action,
        @Nullable String requestedBy,
        @Nullable String executedBy,
        @Nullable String answeredBy) {

    /** The most that is known of an action. */
    public enum State {
        EXECUTED,
        /** Not seen, but its result is: it was executed where nobody traced it. */
        ANSWERED,
        REQUESTED;

        /** The name in JSON, such as {@code executed}. */
        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public TraceAction {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(action, "action");
    }
}
