package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanLevel;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.TraceSpan;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kind, outcome, time and tags of spans. */
class OutcomesTest {

    @ParameterizedTest
    @CsvSource({
        "invoke_agent guide, agent",
        "invoke_agent, agent",
        "agent run, agent",
        "Agent run: 'guide', agent",
        "orchestrate_tools, chain",
        "execute_event_loop_cycle, chain",
        "execute_tool search, tool",
        "chat gpt-4o, llm"
    })
    void kind_isThatOfTheName_beforeThatOfTheTokens(String name, String kind) {
        Span.Builder span = Fixtures.span(
                        "gen_ai.request.model", "gpt-4o", "gen_ai.agent.name", "guide", "gen_ai.usage.input_tokens", 3L)
                .setName(name);

        assertThat(Fixtures.mapOne(span).kind()).isEqualTo(SpanKind.ofText(kind));
        assertThat(Fixtures.mapOne(span.addAttributes(Fixtures.attribute("gen_ai.operation.name", "embeddings")))
                        .kind())
                .isEqualTo(SpanKind.EMBEDDING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pydantic_ai.all_messages", "all_messages_events", "gen_ai.aggregated_usage.input_tokens"})
    void kind_ofARunWithAllMessages_isAgent(String key) {
        assertThat(Fixtures.mapOne(Fixtures.span(key, "7", "gen_ai.usage.input_tokens", 3L))
                        .kind())
                .isEqualTo(SpanKind.AGENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ERROR", "Fatal", "CRITICAL"})
    void level_ofAnError_isAFailure(String level) {
        TraceSpan span = Fixtures.mapOne(Fixtures.span(
                "langfuse.observation.level", level, "langfuse.observation.status_message", "disk is full"));

        assertThat(span.level()).isEqualTo(SpanLevel.ERROR);
        assertThat(span.status()).isEqualTo(SpanStatus.ERROR);
        assertThat(span.errorMessage()).isEqualTo("disk is full");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Error",
                "ERROR.",
                "An error occurred!",
                "Internal Server Error",
                "RateLimitError",
                "openai.RateLimitError"
            })
    void message_thatSaysNothing_doesNotHideTheOneOfTheException(String status) {
        assertThat(failed(status, "quota used up").errorMessage()).isEqualTo("quota used up");
        assertThat(failed(status, "error").errorMessage()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Error: no such file", "the tool failed"})
    void message_thatSaysWhatFailed_isKept(String status) {
        assertThat(failed(status, "quota used up").errorMessage()).isEqualTo(status);
    }

    @Test
    void message_ofAnAttribute_isPreferredToAGenericStatus() {
        Span.Builder span = Fixtures.span("error.message", "quota used up")
                .setStatus(Status.newBuilder().setCodeValue(2).setMessage("failed"));

        assertThat(Fixtures.mapOne(span).errorMessage()).isEqualTo("quota used up");
    }

    @Test
    void endWithoutAStart_startsAtItsEnd_andIsSentAgainAsItWas() {
        Span.Builder sent = Fixtures.span("langfuse.observation.completion_start_time", "2026-01-05T10:00:00Z")
                .setStartTimeUnixNano(0);
        TraceSpan span = Fixtures.mapOne(sent);

        assertThat(span.startTime())
                .isEqualTo(Instant.parse("2026-01-05T10:00:01Z"))
                .isEqualTo(span.endTime());
        assertThat(span.timeToFirstTokenMs()).isNull();
        assertThat(span.attributes().get("otel.span")).isEqualTo(Map.of("start_time_unix_nano", "0"));
        Span again = SpanEncoder.encode(List.of(span))
                .getResourceSpans(0)
                .getScopeSpans(0)
                .getSpans(0);
        assertThat(again.getStartTimeUnixNano()).isZero();
        assertThat(again.getEndTimeUnixNano()).isEqualTo(sent.getEndTimeUnixNano());
        assertThat(new Remapper(Prices.NONE).remap(span)).isEqualTo(span);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a,b", " a , b ", "[a, b]", "[\"a\",\"b\"]", "\"a,b\"", "['a', 'b']", "a,,b,none"})
    void labels_inOneText_areSeparated(String tags) {
        for (String key : List.of("langfuse.trace.tags", "tag.tags", "langsmith.span.tags")) {
            assertThat(Fixtures.mapOne(Fixtures.span(key, tags)).tags()).isEqualTo(Map.of("a", "true", "b", "true"));
        }
    }

    @Test
    void labels_inAnArray_mayHaveCommas() {
        assertThat(Fixtures.mapOne(Fixtures.span("langfuse.trace.tags", Fixtures.array("a,b")))
                        .tags())
                .isEqualTo(Map.of("a,b", "true"));
        assertThat(Fixtures.mapOne(Fixtures.span("langfuse.trace.tags", "[\"a,b\"]"))
                        .tags())
                .isEqualTo(Map.of("a,b", "true"));
    }

    @Test
    void metadata_ofTheResource_areTags_andThoseOfTheSpanCount() {
        var request =
                Fixtures.request(Fixtures.span("langfuse.metadata.team", "search", "langfuse.metadata.user_id", "u1"))
                        .toBuilder();
        request.getResourceSpansBuilder(0)
                .getResourceBuilder()
                .addAttributes(Fixtures.attribute("langfuse.metadata.team", "platform"))
                .addAttributes(Fixtures.attribute("langfuse.metadata.region", "\"eu\""))
                .addAttributes(Fixtures.attribute("langfuse.metadata", "{\"zone\":{\"id\":3},\"region\":\"us\"}"));
        TraceSpan span = Fixtures.mapOne(request.build());

        assertThat(span.tags()).isEqualTo(Map.of("team", "search", "region", "us", "zone", "{\"id\":3}"));
        assertThat(span.userId()).isEqualTo("u1");
        assertThat(new Remapper(Prices.NONE).remap(span)).isEqualTo(span);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"tool\",\"content\":\"no zone\",\"name\":\"get_time\",\"tool_call_id\":\"c1\",\"status\":\"error\"}",
                "{\"output\":{\"type\":\"tool\",\"content\":\"no zone\",\"name\":\"get_time\",\"tool_call_id\":\"c1\",\"status\":\"error\"}}",
                "{\"lc\":1,\"type\":\"constructor\",\"id\":[\"langchain\",\"ToolMessage\"],\"kwargs\":{\"content\":\"no zone\","
                        + "\"name\":\"get_time\",\"tool_call_id\":\"c1\",\"status\":\"error\"}}"
            })
    void messageThatAToolReturns_tellsOfTheCall(String output) {
        TraceSpan span = Fixtures.mapOne(
                Fixtures.span("langfuse.observation.type", "tool", "langfuse.observation.output", output));
        AgentAction action = span.agentActions().get(0);

        assertThat(span.response()).isEqualTo(output);
        assertThat(action.name()).isEqualTo("get_time");
        assertThat(action.result()).isEqualTo("no zone");
        assertThat(action.success()).isFalse();
        assertThat(action.metadata()).containsEntry("tool_call_id", "c1");
        assertThat(Chats.of(span).output().get(0).parts().get(0).result().textValue())
                .isEqualTo("no zone");
    }

    private static TraceSpan failed(String status, String exception) {
        return Fixtures.mapOne(Fixtures.span("error.type", "openai.RateLimitError")
                .setStatus(Status.newBuilder().setCodeValue(2).setMessage(status))
                .addEvents(Span.Event.newBuilder()
                        .setName("exception")
                        .addAttributes(Fixtures.attribute("exception.message", exception))));
    }
}
