package io.llmtrace.otlp;

import static java.util.Map.entry;

import io.llmtrace.model.SpanKind;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a span is. The first rule that says something decides. */
final class Kinds {

    private static final Map<String, SpanKind> OPENINFERENCE = Map.ofEntries(
            entry("llm", SpanKind.LLM),
            entry("embedding", SpanKind.EMBEDDING),
            entry("chain", SpanKind.CHAIN),
            entry("retriever", SpanKind.RETRIEVER),
            entry("reranker", SpanKind.RERANKER),
            entry("tool", SpanKind.TOOL),
            entry("agent", SpanKind.AGENT),
            entry("guardrail", SpanKind.GUARDRAIL),
            entry("evaluator", SpanKind.EVALUATOR),
            entry("prompt", SpanKind.CHAIN));

    private static final Map<String, SpanKind> GEN_AI_OPERATIONS = Map.ofEntries(
            entry("chat", SpanKind.LLM),
            entry("text_completion", SpanKind.LLM),
            entry("generate_content", SpanKind.LLM),
            entry("completion", SpanKind.LLM),
            entry("response", SpanKind.LLM),
            entry("embeddings", SpanKind.EMBEDDING),
            entry("embedding", SpanKind.EMBEDDING),
            entry("rerank", SpanKind.RERANKER),
            entry("retrieval", SpanKind.RETRIEVER),
            entry("search_memory", SpanKind.RETRIEVER),
            entry("execute_tool", SpanKind.TOOL),
            entry("invoke_agent", SpanKind.AGENT),
            entry("create_agent", SpanKind.AGENT),
            entry("invoke_workflow", SpanKind.CHAIN),
            entry("agent_step", SpanKind.CHAIN),
            entry("plan", SpanKind.CHAIN),
            entry("run_guardrail", SpanKind.GUARDRAIL),
            entry("evaluate", SpanKind.EVALUATOR),
            entry("create_memory", SpanKind.OTHER),
            entry("update_memory", SpanKind.OTHER),
            entry("delete_memory", SpanKind.OTHER));

    private static final List<ByValue> BY_VALUE = List.of(
            new ByValue("openinference.span.kind", OPENINFERENCE),
            new ByValue("gen_ai.operation.name", GEN_AI_OPERATIONS),
            new ByValue("mcp.method.name", Map.of("tools/call", SpanKind.TOOL)));

    /** A key, or a prefix that ends with a dot. */
    private static final List<ByPresence> BY_PRESENCE = List.of(
            new ByPresence(SpanKind.TOOL, "gen_ai.tool.name", "gen_ai.tool.call.id", "tool.name"),
            new ByPresence(SpanKind.OTHER, "mcp.method.name"),
            new ByPresence(SpanKind.RETRIEVER, "retrieval.documents.", "gen_ai.retrieval."),
            new ByPresence(SpanKind.RERANKER, "reranker."),
            new ByPresence(SpanKind.EMBEDDING, "embedding.", "gen_ai.embeddings."),
            new ByPresence(SpanKind.GUARDRAIL, "gen_ai.guardrail."),
            new ByPresence(SpanKind.EVALUATOR, "gen_ai.evaluation.name"),
            new ByPresence(
                    SpanKind.LLM,
                    "gen_ai.request.model",
                    "gen_ai.response.model",
                    "llm.model_name",
                    "llm.input_messages.",
                    "gen_ai.input.messages",
                    "gen_ai.prompt",
                    "gen_ai.prompt.",
                    "gen_ai.usage."),
            new ByPresence(SpanKind.AGENT, "gen_ai.agent.name", "agent.name"));

    private Kinds() {}

    static SpanKind of(SpanView view) {
        for (ByValue rule : BY_VALUE) {
            String value = Decode.identifier(view.attribute(rule.key));
            SpanKind kind = value == null ? null : rule.kinds.get(value.strip().toLowerCase(Locale.ROOT));
            if (kind != null) {
                return kind;
            }
        }
        for (ByPresence rule : BY_PRESENCE) {
            if (rule.keys.stream().anyMatch(key -> key.endsWith(".") ? view.hasKeyWithPrefix(key) : view.hasKey(key))) {
                return rule.kind;
            }
        }
        return SpanKind.OTHER;
    }

    private record ByValue(String key, Map<String, SpanKind> kinds) {}

    private record ByPresence(SpanKind kind, List<String> keys) {
        ByPresence(SpanKind kind, String... keys) {
            this(kind, List.of(keys));
        }
    }
}
