package io.llmtrace.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.opentelemetry.proto.trace.v1.Span;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Expected actions are written {@code NAME(ARGUMENTS) = RESULT, STATE by SPANS}: a span is its number, a dash is none. */
class TraceActionsTest {

    private static final UUID TRACE = UUID.randomUUID();
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    @Test
    void call_thatThreeSpansTellOf_isOneAction() {
        assertThat(actions(
                        llm(1, List.of(), asking(1, "c1")),
                        tool(2, executed(2, "c1").arguments("{\"q\":\"run\"}").result("4 hits")),
                        llm(3, List.of(answering("c1", "four hits")))))
                .containsExactly("search({\"q\":\"run\"}) = 4 hits, executed by 1 2 -");
    }

    @Test
    void call_whoseToolSaysLittle_isFilledFromTheOthers() {
        List<TraceAction> actions = of(
                llm(1, List.of(), asking(1, "c1")),
                tool(2, executed(2, "c1").durationMs(7L).success(false)),
                llm(3, List.of(answering("c1", "four hits"))));

        assertThat(written(actions)).containsExactly("search({\"q\":\"asked\"}) = four hits, executed by 1 2 3");
        AgentAction action = actions.get(0).action();
        assertThat(action.timestamp()).isEqualTo(START.plusSeconds(2));
        assertThat(action.durationMs()).isEqualTo(7L);
        assertThat(action.success()).isFalse();
        assertThat(action.metadata()).isEqualTo(Map.of("origin", "executed", "tool_call_id", "c1"));
    }

    @Test
    void call_withoutASpanOfItsTool_isAnsweredOrOnlyRequested() {
        assertThat(actions(
                        llm(1, List.of(), asking(1, "c1"), asking(1, "c2")),
                        llm(2, List.of(answering("c1", "four hits")), asking(2, "c3")),
                        llm(3, List.of(answering("c1", "not this"), answering("c9", "of no call")))))
                .containsExactly(
                        "search({\"q\":\"asked\"}) = four hits, answered by 1 - 2",
                        "search({\"q\":\"asked\"}) = null, requested by 1 - -",
                        "search({\"q\":\"asked\"}) = null, requested by 2 - -");
    }

    @Test
    void result_isTakenOnlyFromALaterCallOfAModel() {
        assertThat(actions(
                        llm(1, List.of(answering("c1", "before it was asked for"))),
                        llm(2, List.of(answering("c1", "when it was asked for")), asking(2, "c1")),
                        span(3, SpanKind.CHAIN).toBuilder()
                                .prompt(answering("c1", "in a chain"))
                                .build()))
                .containsExactly("search({\"q\":\"asked\"}) = null, requested by 2 - -");
    }

    @Test
    void actionsWithoutAnId_areNotJoined() {
        assertThat(actions(
                        llm(
                                1,
                                List.of(),
                                action(1, AgentAction.REQUESTED, Map.of()).arguments("{}")),
                        tool(2, action(2, AgentAction.EXECUTED, Map.of()).arguments("{}")),
                        tool(3, AgentAction.builder(AgentActionType.COMMAND_EXECUTION, "ls", at(3)))))
                .containsExactly(
                        "search({}) = null, requested by 1 - -",
                        "search({}) = null, executed by - 2 -",
                        "ls(null) = null, executed by - 3 -");
    }

    @Test
    void eachExecution_isAnAction_andTheLastHasTheAnswer() {
        assertThat(actions(
                        llm(1, List.of(), asking(1, "c1")),
                        tool(2, executed(2, "c1").success(false)),
                        tool(3, executed(3, "c1")),
                        llm(4, List.of(answering("c1", "four hits")))))
                .containsExactly(
                        "search({\"q\":\"asked\"}) = null, executed by 1 2 -",
                        "search({\"q\":\"asked\"}) = four hits, executed by 1 3 4");
    }

    @Test
    void executionThatSpansInsideEachOtherTellOf_isTheOutermost() {
        TraceSpan agents = tool(2, executed(2, "c1"));
        TraceSpan clients =
                inside(2, tool(3, action(3, AgentAction.EXECUTED, Map.of()).arguments("{\"q\":\"run\"}")));
        TraceSpan http = inside(3, span(4, SpanKind.OTHER));
        TraceSpan servers = inside(4, tool(5, executed(5, "c1").result("4 hits")));

        assertThat(actions(llm(1, List.of(), asking(1, "c1")), agents, clients, http, servers))
                .containsExactly("search({\"q\":\"run\"}) = 4 hits, executed by 1 2 -");
    }

    @Test
    void executionInsideAnother_ofAnotherCall_isAnActionOfItsOwn() {
        assertThat(actions(
                        tool(1, executed(1, "c1").arguments("{\"a\":1}")),
                        inside(1, tool(2, executed(2, "c2").arguments("{\"a\":1}"))),
                        inside(
                                1,
                                tool(
                                        3,
                                        action(3, AgentAction.EXECUTED, Map.of())
                                                .arguments("{\"a\":2}"))),
                        inside(1, tool(4, AgentAction.builder(AgentActionType.COMMAND_EXECUTION, "ls", at(4))))))
                .hasSize(4);
    }

    @Test
    void executionsOfOneIdAtOneTime_areOne() {
        TraceSpan first = tool(1, executed(1, "c1").arguments("{}")).toBuilder()
                .endTime(at(3))
                .build();

        assertThat(actions(first, tool(2, executed(2, "c1").result("4 hits"))))
                .containsExactly("search({}) = 4 hits, executed by - 1 -");
        assertThat(actions(first, tool(3, executed(3, "c1").result("4 hits")))).hasSize(2);
    }

    @Test
    void toolsThatAreTheirOwnParents_areNoEndlessLoop() {
        assertThat(actions(
                        inside(2, tool(1, executed(1, "c1"))),
                        inside(1, tool(2, executed(2, "c1"))),
                        inside(3, tool(3, executed(3, "c2"))),
                        inside(5, tool(4, executed(4, "c3"))),
                        inside(5, span(5, SpanKind.OTHER))))
                .hasSize(3);
    }

    @Test
    void requestThatAnAgentRepeats_isTheModels() {
        TraceSpan agent = span(1, SpanKind.AGENT, asking(1, "c1"));

        assertThat(actions(agent, llm(2, List.of(), asking(2, "c1"))))
                .containsExactly("search({\"q\":\"asked\"}) = null, requested by 2 - -");
        assertThat(actions(agent)).containsExactly("search({\"q\":\"asked\"}) = null, requested by 1 - -");
    }

    @Test
    void order_isThatOfTime() {
        assertThat(actions(
                        tool(2, AgentAction.builder(AgentActionType.FILE_ACCESS, "late", at(9))),
                        tool(5, AgentAction.builder(AgentActionType.FILE_ACCESS, "early", at(5)))))
                .containsExactly("early(null) = null, executed by - 5 -", "late(null) = null, executed by - 2 -");
    }

    @Test
    void manyCallsWithoutAResult_areStillFoundTheirs() {
        AgentAction.Builder[] many = new AgentAction.Builder[100];
        List<String> answers = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < many.length; i++) {
            many[i] = asking(1, "c" + i);
            if (i % 2 == 0) {
                answers.add(answering("c" + i, "r" + i));
                expected.add("search({\"q\":\"asked\"}) = r" + i + ", answered by 1 - 2");
            } else {
                expected.add("search({\"q\":\"asked\"}) = null, requested by 1 - -");
            }
        }

        assertThat(actions(llm(1, List.of(), many), llm(2, answers))).containsExactlyElementsOf(expected);
    }

    @Test
    void halfACharacterInAResult_doesNoHarm() {
        assertThat(actions(llm(1, List.of(), asking(1, "c1")), llm(2, List.of(answering("c1", "cut \\ud83d")))))
                .containsExactly("search({\"q\":\"asked\"}) = cut \ufffd, answered by 1 - 2");
    }

    @Test
    void spansAsTheyAreMapped_areJoined() {
        TraceSpan asking = mapped(
                1,
                "gen_ai.operation.name",
                "chat",
                "gen_ai.output.messages",
                "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\"c1\",\"name\":\"search\","
                        + "\"arguments\":{\"q\":1}}]}]");
        TraceSpan tool = mapped(
                2, "gen_ai.operation.name", "execute_tool", "gen_ai.tool.name", "search", "gen_ai.tool.call.id", "c1");
        TraceSpan answered = mapped(
                3,
                "gen_ai.operation.name",
                "chat",
                "gen_ai.input.messages",
                "[{\"role\":\"tool\",\"parts\":[{\"type\":\"tool_call_response\",\"id\":\"c1\",\"response\":{\"n\":4}}]}]");

        assertThat(written(TraceActions.of(TraceEvent.ofSpans(List.of(asking, tool, answered)))))
                .containsExactly("search({\"q\":1}) = {\"n\":4}, executed by 1 2 3");
    }

    @Test
    void json_isFlat() {
        TraceAction action = of(llm(1, List.of(), asking(1, "c1"))).get(0);

        assertThat(TraceJson.write(action))
                .isEqualTo(
                        "{\"state\":\"requested\",\"id\":\"" + action.action().id()
                                + "\",\"action_type\":\"tool_call\",\"name\":\"search\",\"arguments\":\"{\\\"q\\\":\\\"asked\\\"}\","
                                + "\"success\":true,\"timestamp\":\"2026-03-01T12:00:01Z\",\"metadata\":{\"origin\":\"requested\","
                                + "\"tool_call_id\":\"c1\"},\"requested_by\":\"0000000000000001\"}");
    }

    private static List<String> actions(TraceSpan... spans) {
        return written(of(spans));
    }

    private static List<TraceAction> of(TraceSpan... spans) {
        return TraceActions.of(TraceEvent.ofSpans(List.of(spans)));
    }

    private static List<String> written(List<TraceAction> actions) {
        return actions.stream()
                .map(each -> each.action().name() + "(" + each.action().arguments() + ") = "
                        + each.action().result() + ", " + each.state().text() + " by " + number(each.requestedBy())
                        + " " + number(each.executedBy()) + " " + number(each.answeredBy()))
                .toList();
    }

    private static String number(String spanId) {
        return spanId == null ? "-" : Long.toString(Long.parseLong(spanId, 16));
    }

    /** @param messages the messages of the prompt */
    private static TraceSpan llm(int number, List<String> messages, AgentAction.Builder... asking) {
        return span(number, SpanKind.LLM, asking).toBuilder()
                .prompt("[" + String.join(",", messages) + "]")
                .build();
    }

    private static TraceSpan tool(int number, AgentAction.Builder... executed) {
        return span(number, SpanKind.TOOL, executed);
    }

    /** @param number the number of the span, and how many seconds later than the others it starts */
    private static TraceSpan span(int number, SpanKind kind, AgentAction.Builder... actions) {
        return TraceSpan.builder(Fixtures.TENANT, TRACE, Ids.spanIdOf(number), "span", at(number))
                .kind(kind)
                .agentActions(Stream.of(actions).map(AgentAction.Builder::build).toList())
                .build();
    }

    private static TraceSpan inside(int parent, TraceSpan span) {
        return span.toBuilder().parentSpanId(Ids.spanIdOf(parent)).build();
    }

    private static AgentAction.Builder asking(int second, String id) {
        return action(second, AgentAction.REQUESTED, Map.of("tool_call_id", id)).arguments("{\"q\":\"asked\"}");
    }

    private static AgentAction.Builder executed(int second, String id) {
        return action(second, AgentAction.EXECUTED, Map.of("tool_call_id", id));
    }

    private static AgentAction.Builder action(int second, String origin, Map<String, String> more) {
        Map<String, String> metadata = new LinkedHashMap<>(Map.of(AgentAction.ORIGIN, origin));
        metadata.putAll(more);
        return AgentAction.builder(AgentActionType.TOOL_CALL, "search", at(second))
                .metadata(metadata);
    }

    private static String answering(String id, String result) {
        return "{\"role\":\"tool\",\"tool_call_id\":\"" + id + "\",\"content\":\"" + result + "\"}";
    }

    private static TraceSpan mapped(int number, Object... attributes) {
        Span.Builder span = Fixtures.span(attributes)
                .setSpanId(ByteString.copyFrom(Ids.toBytes(Ids.spanIdOf(number)), 8, 8))
                .setStartTimeUnixNano(Fixtures.START_NANOS + number)
                .setEndTimeUnixNano(Fixtures.START_NANOS + number);
        return Fixtures.mapOne(span);
    }

    private static Instant at(int second) {
        return START.plusSeconds(second);
    }
}
