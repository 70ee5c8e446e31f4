package io.llmtrace.otlp;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SpanKind;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who served a model, in the vocabulary's names. A name that is not in the vocabulary is kept as it was sent. Where no
 * provider is named, or an unspecific one, the host and then the name of the model may tell.
 */
final class Providers {

    private static final Map<String, LlmProvider> NAMES = names(
            LlmProvider.OPENAI, List.of("openai", "open_ai"),
            LlmProvider.AZURE_OPENAI,
                    List.of(
                            "azure.ai.openai",
                            "az.ai.openai",
                            "azure",
                            "azure_openai",
                            "azure-openai",
                            "azure_open_ai"),
            LlmProvider.ANTHROPIC, List.of("anthropic"),
            LlmProvider.BEDROCK,
                    List.of("aws.bedrock", "aws", "bedrock", "amazon-bedrock", "amazon_bedrock", "bedrock_converse"),
            LlmProvider.OLLAMA, List.of("ollama"),
            LlmProvider.VLLM, List.of("vllm", "hosted_vllm"),
            LlmProvider.SGLANG, List.of("sglang"),
            LlmProvider.TGI, List.of("tgi", "text-generation-inference"));

    /** Frameworks that name themselves where the provider belongs. */
    private static final Set<String> FRAMEWORKS = Set.of(
            "langchain",
            "crewai",
            "strands-agents",
            "gcp.vertex.agent",
            "spring_ai",
            "litellm",
            "llama_index",
            "haystack",
            "pydantic_ai",
            "ag2",
            "autogen",
            "semantic_kernel",
            "az.ai.agents",
            "mcp");

    /** OpenAI's client speaks to many servers, and Google's names are used for two services: there the host knows better. */
    private static final Set<String> UNSPECIFIC = Set.of("openai", "azure.ai.inference", "gcp.gen_ai");

    private static final List<ByPattern> HOSTS = List.of(
            new ByPattern("api\\.openai\\.com", "OpenAI"),
            new ByPattern(".*\\.openai\\.azure\\.com|.*\\.cognitiveservices\\.azure\\.com", "AzureOpenAI"),
            new ByPattern("api\\.anthropic\\.com", "Anthropic"),
            new ByPattern("bedrock-runtime.*\\.amazonaws\\.com", "Bedrock"),
            new ByPattern(".*aiplatform\\.googleapis\\.com", "gcp.vertex_ai"),
            new ByPattern("generativelanguage\\.googleapis\\.com", "gcp.gemini"),
            new ByPattern("api\\.mistral\\.ai", "mistral_ai"),
            new ByPattern("api\\.cohere\\..*", "cohere"),
            new ByPattern("api\\.groq\\.com", "groq"),
            new ByPattern("api\\.deepseek\\.com", "deepseek"),
            new ByPattern("api\\.x\\.ai", "x_ai"));

    private static final List<ByPattern> MODELS = List.of(
            new ByPattern(
                    "((us|eu|apac|global|us-gov)\\.)?(anthropic|amazon|meta|cohere|mistral|ai21|deepseek|openai|qwen)\\..*",
                    "Bedrock"),
            new ByPattern("gpt-.*|o1.*|o3.*|o4.*|text-embedding-.*", "OpenAI"),
            new ByPattern("claude.*", "Anthropic"),
            new ByPattern("gemini.*", "gcp.gemini"),
            new ByPattern("mistral.*", "mistral_ai"),
            new ByPattern("command.*", "cohere"),
            new ByPattern("deepseek.*", "deepseek"),
            new ByPattern("grok.*", "x_ai"));

    private static final Set<SpanKind> KINDS_WITH_PROVIDER =
            EnumSet.of(SpanKind.LLM, SpanKind.EMBEDDING, SpanKind.RERANKER, SpanKind.AGENT, SpanKind.CHAIN);

    /** What OpenTelemetry calls a provider of the vocabulary. */
    private static final Map<String, String> SEMCONV_NAMES = Map.of(
            "OpenAI", "openai",
            "AzureOpenAI", "azure.ai.openai",
            "Anthropic", "anthropic",
            "Bedrock", "aws.bedrock",
            "Ollama", "ollama",
            "VLLm", "vllm",
            "SGLang", "sglang",
            "TGI", "tgi");

    private Providers() {}

    static @Nullable LlmProvider of(SpanView view, SpanKind kind, @Nullable String model) {
        if (!KINDS_WITH_PROVIDER.contains(kind)) {
            return null;
        }
        for (String name : GenAiFields.PROVIDER.all(view)) {
            String key = name.strip().toLowerCase(Locale.ROOT);
            if (FRAMEWORKS.contains(key)) {
                continue;
            }
            LlmProvider byHost = UNSPECIFIC.contains(key) ? byHost(view) : null;
            return byHost != null ? byHost : NAMES.getOrDefault(key, new LlmProvider(name));
        }
        LlmProvider byHost = byHost(view);
        return byHost != null || model == null ? byHost : match(MODELS, model);
    }

    static String semconvName(LlmProvider provider) {
        return SEMCONV_NAMES.getOrDefault(provider.name(), provider.name());
    }

    private static @Nullable LlmProvider byHost(SpanView view) {
        String address = GenAiFields.SERVER_ADDRESS.of(view);
        if (address == null) {
            return null;
        }
        // Some send the whole URL.
        int scheme = address.indexOf("://");
        String host = (scheme < 0 ? address : address.substring(scheme + 3)).split("[/:]", 2)[0];
        return match(HOSTS, host);
    }

    private static @Nullable LlmProvider match(List<ByPattern> rules, String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        for (ByPattern rule : rules) {
            if (rule.pattern.matcher(lower).matches()) {
                return rule.provider;
            }
        }
        return null;
    }

    @SuppressWarnings("unchecked") // pairs of a provider and its names
    private static Map<String, LlmProvider> names(Object... providersAndNames) {
        Map<String, LlmProvider> map = new LinkedHashMap<>();
        for (int i = 0; i < providersAndNames.length; i += 2) {
            LlmProvider provider = (LlmProvider) providersAndNames[i];
            ((List<String>) providersAndNames[i + 1]).forEach(name -> map.put(name, provider));
        }
        return map;
    }

    private record ByPattern(Pattern pattern, LlmProvider provider) {
        ByPattern(String pattern, String provider) {
            this(Pattern.compile(pattern, Pattern.DOTALL), new LlmProvider(provider));
        }
    }
}
