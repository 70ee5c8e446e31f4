package io.llmtrace.otlp.internal.mapping;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SpanKind;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Determines the provider that served a model, by its common name. An unknown name is kept as it was sent. If the span does not
 * name a provider, or the name is ambiguous, the host decides, or else the model's name.
 */
public final class Providers {

    private static final MappingFile TABLE = MappingTable.get().file();
    private static final Map<String, LlmProvider> NAMES = names();
    private static final Set<String> FRAMEWORKS = Set.copyOf(TABLE.frameworks());
    private static final Set<String> GATEWAYS = Set.copyOf(TABLE.gateways());
    private static final Set<String> UNSPECIFIC = Set.copyOf(TABLE.unspecific());
    private static final List<ByPattern> HOSTS = patterns(TABLE.hosts());
    private static final List<ByPattern> MODELS = patterns(TABLE.models());
    private static final int MAX_MATCHED_CHARACTERS = 512;
    private static final Pattern WITH_PORT = Pattern.compile(":\\d{1,5}$");

    private static final Set<SpanKind> KINDS_WITH_PROVIDER =
            EnumSet.of(SpanKind.LLM, SpanKind.EMBEDDING, SpanKind.RERANKER, SpanKind.AGENT, SpanKind.CHAIN);

    /** OpenTelemetry's names of providers, by common name. */
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

    /** Returns the provider of a span; null if spans of its kind have none, or if it cannot be determined. */
    public static @Nullable LlmProvider of(OtlpSpan span, SpanKind kind, @Nullable String model) {
        if (!KINDS_WITH_PROVIDER.contains(kind)) {
            return null;
        }
        for (OtlpSpan.SourcedValue<String> candidate : span.all(MappedField.PROVIDER)) {
            String name = withoutSuffix(span, candidate);
            String key = name.strip().toLowerCase(Locale.ROOT);
            if (FRAMEWORKS.contains(key)) {
                continue;
            }
            // LiveKit names the host of the client instead, such as api.openai.com or localhost:11434.
            LlmProvider named = NAMES.containsKey(key) ? null : match(HOSTS, hostOf(key));
            if (named == null && WITH_PORT.matcher(key).find()) {
                continue;
            }
            LlmProvider byHost = UNSPECIFIC.contains(key) ? byHost(span) : named;
            span.decisions().record("provider", byHost == named ? candidate.label() : "host");
            return byHost != null ? byHost : NAMES.getOrDefault(key, new LlmProvider(name));
        }
        LlmProvider byHost = byHost(span);
        LlmProvider byModel = byHost != null || model == null ? null : match(MODELS, model);
        if (byHost != null || byModel != null) {
            span.decisions().record("provider", byHost != null ? "host" : "model");
        }
        return byHost != null ? byHost : byModel;
    }

    /** Removes the API from a name such as {@code openai.responses}, if the table says that its source appends it. */
    private static String withoutSuffix(OtlpSpan span, OtlpSpan.SourcedValue<String> candidate) {
        boolean mayHaveSuffix = TABLE.providerWithSuffix().contains(candidate.label())
                || span.scopeName().equals(TABLE.providerWithSuffixInScope());
        String name = candidate.value();
        while (mayHaveSuffix && !NAMES.containsKey(name.toLowerCase(Locale.ROOT))) {
            int dot = name.lastIndexOf('.');
            if (dot < 0) {
                return candidate.value();
            }
            name = name.substring(0, dot);
        }
        return name;
    }

    /** Returns the provider of a name, which emitters and gateways may write in several ways; null if it is not known. */
    public static @Nullable LlmProvider named(String name) {
        return NAMES.get(name.strip().toLowerCase(Locale.ROOT));
    }

    /** Returns whether a name is that of a gateway, which passes calls on to other providers. */
    public static boolean isGateway(String name) {
        return GATEWAYS.contains(name.strip().toLowerCase(Locale.ROOT));
    }

    /** Returns the name that OpenTelemetry uses for a provider. */
    public static String semconvName(LlmProvider provider) {
        return SEMCONV_NAMES.getOrDefault(provider.name(), provider.name());
    }

    private static @Nullable LlmProvider byHost(OtlpSpan span) {
        String address = span.first(MappedField.SERVER_ADDRESS);
        if (address == null) {
            return null;
        }
        return match(HOSTS, hostOf(address));
    }

    /** Returns the host of an address; some emitters send a URL, or a host with a port. */
    private static String hostOf(String address) {
        int scheme = address.indexOf("://");
        return (scheme < 0 ? address : address.substring(scheme + 3)).split("[/:]", 2)[0];
    }

    private static @Nullable LlmProvider match(List<ByPattern> rules, String text) {
        if (text.length() > MAX_MATCHED_CHARACTERS) {
            return null;
        }
        String lower = text.toLowerCase(Locale.ROOT);
        for (ByPattern rule : rules) {
            if (rule.pattern.matcher(lower).matches()) {
                return rule.provider;
            }
        }
        return null;
    }

    private static Map<String, LlmProvider> names() {
        Map<String, LlmProvider> map = new HashMap<>();
        TABLE.providers().forEach((provider, names) -> names.forEach(name -> map.put(name, new LlmProvider(provider))));
        return map;
    }

    private static List<ByPattern> patterns(Map<String, String> table) {
        return table.entrySet().stream()
                .map(entry -> new ByPattern(
                        Pattern.compile(entry.getKey(), Pattern.DOTALL), new LlmProvider(entry.getValue())))
                .toList();
    }

    private record ByPattern(Pattern pattern, LlmProvider provider) {}
}
