package io.llmtrace.otlp.internal.logs;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The content of {@code agents.yaml}, whose comments explain it.
 *
 * @param agents the agents whose records become spans
 * @param durationMs the attributes that may hold the duration of what a record reports, in order of preference
 */
record AgentTable(List<Agent> agents, List<String> durationMs) {

    private static final String RESOURCE = "/io/llmtrace/otlp/agents.yaml";

    /** The table of this version of llmtrace. */
    static final AgentTable BUILT_IN = read();

    /** An agent, and how its records are recognized and grouped. */
    record Agent(
            String events,
            String scope,
            String session,
            @Nullable String turn,
            @Nullable String beginsSession,
            @Nullable String beginsTurn,
            boolean joinsTrace,
            List<Call> calls) {

        /** Returns what all names of the agent's events start with. */
        String prefix() {
            return events.substring(0, events.indexOf('*'));
        }
    }

    /** A call that the agent reports in an event and in a span, and the attribute of both with its id. */
    record Call(String event, String span, String id) {}

    private static AgentTable read() {
        YAMLFactory strict = YAMLFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        try (InputStream in = AgentTable.class.getResourceAsStream(RESOURCE)) {
            return YAMLMapper.builder(strict)
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .build()
                    .readValue(in, AgentTable.class);
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE, e);
        }
    }
}
