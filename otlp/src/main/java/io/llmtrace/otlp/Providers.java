package io.llmtrace.otlp;

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
 * Who served a model, in the vocabulary's names. A name that is not in the vocabulary is kept as it was sent. Where no
 * provider is named, or an unspecific one, the host and then the name of the model may tell.
 */
final class Providers {

    private static final MappingFile TABLE = MappingTable.get().file();
    private static final Map<String, LlmProvider> NAMES = names();
    private static final Set<String> FRAMEWORKS = Set.copyOf(TABLE.frameworks());
    private static final Set<String> UNSPECIFIC = Set.copyOf(TABLE.unspecific());
    private static final List<ByPattern> HOSTS = patterns(TABLE.hosts());
    private static final List<ByPattern> MODELS = patterns(TABLE.models());
    private static final int MAX_MATCHED_CHARACTERS = 512;

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
        MappingTable.Sources<String> sources = MappingTable.get().field(Target.PROVIDER);
        for (SpanView.Said<String> said : view.allSaid(sources)) {
            String name = withoutSuffix(view, said);
            String key = name.strip().toLowerCase(Locale.ROOT);
            if (FRAMEWORKS.contains(key)) {
                continue;
            }
            LlmProvider byHost = UNSPECIFIC.contains(key) ? byHost(view) : null;
            view.decisions.note("provider", byHost == null ? said.label() : "host");
            return byHost != null ? byHost : NAMES.getOrDefault(key, new LlmProvider(name));
        }
        LlmProvider byHost = byHost(view);
        LlmProvider byModel = byHost != null || model == null ? null : match(MODELS, model);
        if (byHost != null || byModel != null) {
            view.decisions.note("provider", byHost != null ? "host" : "model");
        }
        return byHost != null ? byHost : byModel;
    }

    /** {@code openai.responses} is OpenAI, where the table says that names are written so. */
    private static String withoutSuffix(SpanView view, SpanView.Said<String> said) {
        boolean mayHaveSuffix = TABLE.providerWithSuffix().contains(said.label())
                || view.scope.getName().equals(TABLE.providerWithSuffixInScope());
        String name = said.value();
        while (mayHaveSuffix && !NAMES.containsKey(name.toLowerCase(Locale.ROOT))) {
            int dot = name.lastIndexOf('.');
            if (dot < 0) {
                return said.value();
            }
            name = name.substring(0, dot);
        }
        return name;
    }

    static String semconvName(LlmProvider provider) {
        return SEMCONV_NAMES.getOrDefault(provider.name(), provider.name());
    }

    private static @Nullable LlmProvider byHost(SpanView view) {
        String address = view.first(Target.SERVER_ADDRESS);
        if (address == null) {
            return null;
        }
        // Some send the whole URL.
        int scheme = address.indexOf("://");
        String host = (scheme < 0 ? address : address.substring(scheme + 3)).split("[/:]", 2)[0];
        return match(HOSTS, host);
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
