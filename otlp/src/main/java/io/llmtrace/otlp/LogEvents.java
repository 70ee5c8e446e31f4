package io.llmtrace.otlp;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.ReservedAttributes;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.messages.AgentActions;
import io.llmtrace.otlp.internal.messages.MessageEvents;
import io.llmtrace.otlp.internal.messages.ParsedResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The events of a span that arrived in log records ({@link LogMapper}), apart from the span. Some instrumentations send prompt and
 * response in no other form.
 */
public final class LogEvents {

    private LogEvents() {}

    /** Returns whether the event arrived in a log record, not with its span. */
    public static boolean isFromLog(SpanEvent event) {
        return event.data() instanceof Map<?, ?> data && data.get(ReservedAttributes.LOG) instanceof Map<?, ?>;
    }

    /**
     * Fills in prompt, response and user from the span's log events, where the span has no value of its own. The attribute
     * {@code llmtrace.from_logs} lists the fields that were filled this way, so that they can be filled again when more events
     * arrive.
     */
    public static TraceSpan complete(TraceSpan span) {
        List<SpanEvent> events =
                span.events().stream().filter(LogEvents::isFromLog).toList();
        MessageEvents.Conversation conversation = MessageEvents.conversationIn(events);
        List<?> fromLogs =
                span.attributes().get(ReservedAttributes.FROM_LOGS) instanceof List<?> list ? list : List.of();
        boolean fillPrompt = conversation.prompt() != null && (span.prompt() == null || fromLogs.contains("prompt"));
        boolean fillResponse =
                conversation.response() != null && (span.response() == null || fromLogs.contains("response"));
        String user = span.userId() == null || fromLogs.contains("user_id") ? userIn(events) : null;
        if (!fillPrompt && !fillResponse && user == null) {
            return span;
        }
        List<String> filled = new ArrayList<>();
        TraceSpan.Builder builder = span.toBuilder();
        if (fillPrompt) {
            builder.prompt(conversation.prompt());
            filled.add("prompt");
        }
        if (fillResponse) {
            builder.response(conversation.response());
            filled.add("response");
        }
        if (user != null) {
            builder.userId(user);
            filled.add("user_id");
        }
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>(span.attributes());
        attributes.put(ReservedAttributes.FROM_LOGS, filled);
        TraceSpan completed = builder.attributes(attributes).build();
        return fillResponse ? withRequestedCalls(completed) : completed;
    }

    /** Replaces the requested actions by those in the response, since an earlier response may have requested others. */
    private static TraceSpan withRequestedCalls(TraceSpan span) {
        List<AgentAction> actions = new ArrayList<>(span.agentActions());
        actions.removeIf(AgentAction::onlyRequested);
        actions.addAll(AgentActions.requested(span, new ParsedResponse(span.response())));
        return span.toBuilder().agentActions(actions).build();
    }

    /** Returns the user that an event names. Google's ADK reports the user only in log records. */
    private static @Nullable String userIn(List<SpanEvent> events) {
        for (SpanEvent event : events) {
            if (event.data() instanceof Map<?, ?> data
                    && data.get("user.id") instanceof String user
                    && !user.isEmpty()) {
                return user;
            }
        }
        return null;
    }
}
