package io.llmtrace.model;

import java.util.Objects;

/**
 * Who serves a model. Any name is legal and comes back unchanged; the constants are the names that llmtrace itself
 * writes for the providers that it knows.
 */
public record LlmProvider(String name) {

    public static final LlmProvider OPENAI = new LlmProvider("OpenAI");
    public static final LlmProvider ANTHROPIC = new LlmProvider("Anthropic");
    public static final LlmProvider VLLM = new LlmProvider("VLLm");
    public static final LlmProvider SGLANG = new LlmProvider("SGLang");
    public static final LlmProvider TGI = new LlmProvider("TGI");
    public static final LlmProvider OLLAMA = new LlmProvider("Ollama");
    public static final LlmProvider AZURE_OPENAI = new LlmProvider("AzureOpenAI");
    public static final LlmProvider BEDROCK = new LlmProvider("Bedrock");

    public LlmProvider {
        Objects.requireNonNull(name, "name");
        Texts.requireStorable(name, "provider");
    }

    @Override
    public String toString() {
        return name;
    }
}
