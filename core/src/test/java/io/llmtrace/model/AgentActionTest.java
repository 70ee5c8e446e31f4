package io.llmtrace.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.json.TraceJson;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AgentActionTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    @Test
    void onlyRequested_isWhatTheMetadataSay() {
        assertThat(withOrigin(AgentAction.REQUESTED).onlyRequested()).isTrue();
        assertThat(withOrigin(AgentAction.EXECUTED).onlyRequested()).isFalse();
        assertThat(withOrigin("Requested").onlyRequested()).isFalse();
        assertThat(AgentAction.builder(AgentActionType.TOOL_CALL, "search", START)
                        .build()
                        .onlyRequested())
                .isFalse();
    }

    @Test
    void onlyRequested_isNoFieldInJson() {
        assertThat(TraceJson.write(withOrigin(AgentAction.REQUESTED)))
                .endsWith("\"metadata\":{\"origin\":\"requested\"}}")
                .doesNotContain("only_requested");
    }

    @Test
    void toBuilder_keepsEverything() {
        AgentAction action = AgentAction.builder(AgentActionType.WEB_ACCESS, "fetch", START)
                .arguments("{}")
                .result("x")
                .durationMs(3L)
                .success(false)
                .exitCode(1)
                .httpMethod("GET")
                .httpStatus(500)
                .fileOperation("read")
                .metadata(Map.of("a", "b"))
                .build();

        assertThat(action.toBuilder().build()).isEqualTo(action);
    }

    private static AgentAction withOrigin(String origin) {
        return AgentAction.builder(AgentActionType.TOOL_CALL, "search", START)
                .metadata(Map.of(AgentAction.ORIGIN, origin))
                .build();
    }
}
