package io.llmtrace.cli;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.AgentActionType;
import io.llmtrace.model.Ids;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Traces for tests that together use every field of a trace. */
public final class Fixture {

    public static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    public static final String AGENT_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
    public static final String CHAT_ID = "0af7651916cd43dd8448eb211c80319c";
    public static final String ACTING_ID = "0000000000000000000000000000ac70";
    public static final Instant START = Instant.parse("2026-01-31T09:30:00.123456789Z");

    private Fixture() {}

    /** Returns a trace of an agent that calls a model, which calls a tool, which fails. */
    public static TraceEvent agent() {
        UUID trace = Ids.parseTraceId(AGENT_ID);
        TraceSpan root = span(trace, 1, "support-agent", START)
                .kind(SpanKind.AGENT)
                .endTime(START.plusMillis(4_920))
                .serviceName("help-center")
                .sessionId("s-1")
                .userId("u-1")
                .build();
        TraceSpan call = span(trace, 2, "chat gpt-4o", START.plusMillis(50))
                .parentSpanId(Ids.spanIdOf(1))
                .kind(SpanKind.LLM)
                .endTime(START.plusMillis(950))
                .provider(LlmProvider.OPENAI)
                .modelName("gpt-4o")
                .prompt("[{\"role\":\"system\",\"parts\":[{\"type\":\"text\",\"content\":\"Be brief.\"}]},"
                        + "{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Where is order 7731?\"}]}]")
                .response(
                        "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\"c1\",\"name\":\"lookup\","
                                + "\"arguments\":{\"order\":7731}}],\"finish_reason\":\"tool_call\"}]")
                .promptTokens(3_204L)
                .completionTokens(188L)
                .estimatedCostUsd(0.0091)
                .securityFindings(List.of(SecurityFinding.builder(Severity.HIGH, "prompt_injection", START)
                        .id(UUID.fromString("00000000-0000-0000-0000-0000000000f1"))
                        .description("asks for the system prompt")
                        .confidenceScore(0.97)
                        .location("messages[1]")
                        .metadata(Map.of("voting_result", "majority"))
                        .build()))
                .tags(Map.of("env", "prod", "note", "tab\tand \"quote\""))
                .attributes(Map.of(
                        "big", 9_007_199_254_740_993L, "ratio", 1.0, "nested", Map.of("list", List.of(1L, "two"))))
                .build();
        TraceSpan tool = span(trace, 3, "lookup", START.plusMillis(1_000))
                .parentSpanId(Ids.spanIdOf(2))
                .kind(SpanKind.TOOL)
                .endTime(START.plusMillis(1_212))
                .prompt("{\"order\":7731}")
                .errorMessage("order service timed out")
                .statusCode(504)
                .events(List.of(SpanEvent.builder("retry", START.plusMillis(1_100))
                        .id(UUID.fromString("00000000-0000-0000-0000-0000000000e1"))
                        .description("second try")
                        .data(Map.of("attempt", 2L))
                        .build()))
                .agentActions(List.of(
                        AgentAction.builder(AgentActionType.WEB_ACCESS, "GET /orders/7731", START.plusMillis(1_010))
                                .id(UUID.fromString("00000000-0000-0000-0000-0000000000a1"))
                                .httpMethod("GET")
                                .httpStatus(504)
                                .success(false)
                                .build()))
                .build();
        return TraceEvent.ofSpans(List.of(root, call, tool));
    }

    /** Returns a trace of a question and its answer, an hour later, that was created before its span began. */
    public static TraceEvent chat() {
        UUID trace = Ids.parseTraceId(CHAT_ID);
        Instant start = START.plusSeconds(3_600);
        TraceSpan span = span(trace, 9, "chat llama", start)
                .kind(SpanKind.LLM)
                .endTime(start.plusMillis(850))
                .provider(new LlmProvider("my own"))
                .modelName("llama3.1:8b")
                .prompt("Grüße 👋\u0000\u001b[31m red?")
                .response("你好")
                .promptTokens(12L)
                .completionTokens(3L)
                .estimatedCostUsd(0.0)
                .build();
        return TraceEvent.of(trace, TENANT, start.minusSeconds(1), List.of(span));
    }

    /** Returns a trace of a model that requests two calls, one of which is executed and fails, and of a command. */
    public static TraceEvent acting() {
        UUID trace = Ids.parseTraceId(ACTING_ID);
        Map<String, String> requested = Map.of(AgentAction.ORIGIN, AgentAction.REQUESTED, "tool_call_id", "c1");
        TraceSpan call = span(trace, 1, "run", START)
                .kind(SpanKind.LLM)
                .agentActions(List.of(
                        AgentAction.builder(AgentActionType.TOOL_CALL, "lookup", START.plusMillis(900))
                                .arguments("{\"order\":7731}")
                                .metadata(requested)
                                .build(),
                        AgentAction.builder(AgentActionType.TOOL_CALL, "mail", START.plusMillis(900))
                                .arguments("{\"to\":\"ann\"}")
                                .metadata(Map.of(AgentAction.ORIGIN, AgentAction.REQUESTED))
                                .build()))
                .build();
        TraceSpan tool = span(trace, 2, "lookup", START.plusMillis(1_100))
                .kind(SpanKind.TOOL)
                .agentActions(List.of(
                        AgentAction.builder(AgentActionType.TOOL_CALL, "lookup", START.plusMillis(1_100))
                                .durationMs(212L)
                                .success(false)
                                .metadata(Map.of("tool_call_id", "c1"))
                                .build(),
                        AgentAction.builder(AgentActionType.COMMAND_EXECUTION, "ls", START.plusMillis(1_500))
                                .arguments("-l")
                                .build()))
                .build();
        return TraceEvent.ofSpans(List.of(call, tool));
    }

    /** Returns a trace without spans. */
    public static TraceEvent empty() {
        return TraceEvent.of(
                UUID.fromString("00000000-0000-0000-0000-0000000000aa"), TENANT, START.minusSeconds(60), List.of());
    }

    /** Creates a store with these traces, and returns its URL. */
    public static String storeOf(Path file, TraceEvent... traces) {
        String url = "sqlite:" + file;
        try (TraceRepository repository = TraceRepositories.open(url)) {
            for (TraceEvent trace : traces) {
                repository.storeTrace(trace);
            }
        }
        return url;
    }

    private static TraceSpan.Builder span(UUID trace, long id, String name, Instant start) {
        return TraceSpan.builder(TENANT, trace, Ids.spanIdOf(id), name, start);
    }
}
