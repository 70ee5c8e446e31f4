package io.llmtrace.samples;

import io.llmtrace.model.LlmProvider;
import java.util.List;

/**
 * A model with its prices, which are realistic but not current.
 *
 * @param inputUsd US dollars per million tokens; cached input costs a tenth
 * @param outputUsd US dollars per million tokens
 * @param tokensPerSecond the speed of its output
 */
record Model(
        LlmProvider provider, String name, double inputUsd, double outputUsd, int tokensPerSecond, boolean reasons) {

    static final LlmProvider COHERE = new LlmProvider("Cohere");
    static final LlmProvider IN_HOUSE = new LlmProvider("in-house");

    /** All models, the most used first. */
    static final List<Model> CHAT = List.of(
            new Model(LlmProvider.OPENAI, "gpt-4o-mini", 0.15, 0.60, 110, false),
            new Model(LlmProvider.ANTHROPIC, "claude-sonnet-4-5", 3.00, 15.00, 70, false),
            new Model(LlmProvider.OPENAI, "gpt-4o", 2.50, 10.00, 80, false),
            new Model(LlmProvider.BEDROCK, "anthropic.claude-3-5-haiku-20241022-v1:0", 0.80, 4.00, 90, false),
            new Model(LlmProvider.ANTHROPIC, "claude-haiku-4-5", 1.00, 5.00, 120, false),
            new Model(LlmProvider.OPENAI, "o4-mini", 1.10, 4.40, 90, true),
            new Model(LlmProvider.AZURE_OPENAI, "gpt-4.1", 2.00, 8.00, 75, false),
            new Model(LlmProvider.VLLM, "Qwen/Qwen2.5-72B-Instruct", 0, 0, 45, false),
            new Model(LlmProvider.OLLAMA, "llama3.1:8b", 0, 0, 35, false),
            new Model(LlmProvider.BEDROCK, "amazon.nova-pro-v1:0", 0.80, 3.20, 85, false),
            new Model(LlmProvider.SGLANG, "deepseek-ai/DeepSeek-R1-Distill-Llama-70B", 0, 0, 40, true),
            new Model(IN_HOUSE, "contract-lm-13b", 0, 0, 30, false),
            new Model(LlmProvider.TGI, "mistralai/Mistral-7B-Instruct-v0.3", 0, 0, 60, false));

    static final List<Model> EMBEDDING = List.of(
            new Model(LlmProvider.OPENAI, "text-embedding-3-small", 0.02, 0, 0, false),
            new Model(LlmProvider.OLLAMA, "nomic-embed-text", 0, 0, 0, false),
            new Model(LlmProvider.BEDROCK, "amazon.titan-embed-text-v2:0", 0.02, 0, 0, false));

    static final Model RERANKER = new Model(COHERE, "rerank-v3.5", 2.00, 0, 0, false);
    static final Model GUARD = new Model(LlmProvider.VLLM, "meta-llama/Llama-Guard-3-8B", 0, 0, 50, false);

    double cost(long input, long cachedInput, long output) {
        double paidInput = (input - cachedInput) + cachedInput * 0.1;
        return (paidInput * inputUsd + output * outputUsd) / 1e6;
    }

    /** Estimates the number of tokens of a text of this length. */
    static long tokensOf(int characters) {
        return Math.max(1, Math.round(characters / 4.1));
    }
}
