package io.llmtrace.otlp.internal.logs;

import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.logs.AgentTable.Agent;
import io.llmtrace.otlp.internal.logs.AgentTable.Call;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The ids of calls that agents report in traces as well as in log events. */
public final class CallIds {

    private CallIds() {}

    /** Returns the id of the call that a span reports; null if it reports none, or in a trace where no other span can report it. */
    public static @Nullable String of(TraceSpan span) {
        Map<String, @Nullable Object> attributes = span.attributes();
        Object event = attributes.get(ReservedAttributes.LOG_EVENT);
        for (Agent agent : AgentTable.BUILT_IN.agents()) {
            for (Call call : agent.calls()) {
                boolean reports = event == null
                        ? call.span().equals(span.operationName())
                        : call.event().equals(event) && namesTrace(attributes);
                if (reports) {
                    Object id = attributes.get(call.id());
                    return id instanceof String text && !text.isEmpty() ? call.span() + "/" + text : null;
                }
            }
        }
        return null;
    }

    private static boolean namesTrace(Map<String, @Nullable Object> attributes) {
        return attributes.get(ReservedAttributes.LOG) instanceof Map<?, ?> log && log.containsKey("trace_id");
    }
}
