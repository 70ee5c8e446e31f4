package io.llmtrace.model;

import java.util.Objects;

/**
 * The provider that serves a model. Any name is legal and kept unchanged; the constants are the names that llmtrace writes for
 * providers that it recognizes.
 *
 * @param name the name, at most 16 MiB of UTF-8; case matters
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

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the name is not valid Unicode or too long
     */
    public LlmProvider {
        Objects.requireNonNull(name, "name");
        Texts.requireStorable(name, "provider");
    }

    @Override
    public String toString() {
        return name;
    }
}
