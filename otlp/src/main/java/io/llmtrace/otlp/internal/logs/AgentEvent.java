package io.llmtrace.otlp.internal.logs;

import io.llmtrace.otlp.internal.logs.AgentTable.Agent;
import io.llmtrace.otlp.internal.mapping.NamePattern;
import io.llmtrace.otlp.internal.wire.Decode;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A log record of an agent in {@code agents.yaml}, with the full name of its event: {@code claude_code.api_request}, also where
 * the record only says {@code api_request}.
 */
public final class AgentEvent {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,100}");

    private final Agent agent;
    private final String name;

    private AgentEvent(Agent agent, String name) {
        this.agent = agent;
        this.name = name;
    }

    /**
     * Returns the event that a record reports; null if it is none of an agent.
     *
     * @param scope the name of the instrumentation scope
     */
    public static @Nullable AgentEvent of(LogRecord record, String scope) {
        List<String> names = names(record);
        for (Agent agent : AgentTable.BUILT_IN.agents()) {
            NamePattern events = NamePattern.of(agent.events());
            for (String name : names) {
                if (events.matches(name)) {
                    return new AgentEvent(agent, name);
                }
            }
            // Claude Code has the full name only in the body.
            String body = record.getBody().getStringValue();
            if (events.matches(body) && NAME.matcher(body).matches()) {
                return new AgentEvent(agent, body);
            }
        }
        return names.isEmpty() ? null : ofShortName(names.get(0), scope);
    }

    private static @Nullable AgentEvent ofShortName(String name, String scope) {
        for (Agent agent : AgentTable.BUILT_IN.agents()) {
            if (name.indexOf('.') < 0 && NamePattern.of(agent.scope()).matches(scope)) {
                return new AgentEvent(agent, agent.prefix() + name);
            }
        }
        return null;
    }

    Agent agent() {
        return agent;
    }

    /** Returns the full name of the event. */
    String name() {
        return name;
    }

    /** Returns what may be the name. Codex has a position in its source code in the field for the name. */
    private static List<String> names(LogRecord record) {
        List<String> names = new ArrayList<>(2);
        for (KeyValue attribute : record.getAttributesList()) {
            if (attribute.getKey().equals("event.name") || attribute.getKey().equals("event_name")) {
                addName(Decode.identifier(attribute.getValue()), names);
            }
        }
        addName(record.getEventName(), names);
        return names;
    }

    private static void addName(@Nullable String name, List<String> names) {
        if (name != null && NAME.matcher(name).matches()) {
            names.add(name);
        }
    }
}
