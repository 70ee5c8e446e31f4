package io.llmtrace.otlp.internal.usage;

import io.llmtrace.otlp.internal.mapping.Providers;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The providers whose prices apply to a call. */
final class Sellers {

    private static final String OPENAI = "OpenAI";

    /** The providers whose prices apply to a model if neither the span nor the name tells one, in order of preference. */
    private static final List<String> MAKERS =
            List.of(OPENAI, "Anthropic", "gcp.gemini", "mistral_ai", "cohere", "deepseek", "x_ai");

    /**
     * The makers who serve their models only themselves, or at their own prices. OpenAI's client talks to many servers, and a model of
     * these has their price also there; one with open weights may run anywhere.
     */
    private static final List<String> CLOSED = List.of("Anthropic", "gcp.gemini", "x_ai");

    /** Makers of open weights: behind a gateway, others serve their models as well, at other prices. */
    private static final Set<String> OPEN = Set.of("deepseek", "moonshot_ai");

    /** Gemini's versions that cost the same on Google's two services. Former ones and embeddings do not. */
    private static final Pattern SAME_GEMINI = Pattern.compile("gemini-(?:2\\.5|[3-9]).*");

    /** Providers that sell the same models at the same prices, of which one or the other may be listed. */
    private static final Map<String, String> SAME = Map.of(
            "gcp.gemini", "gcp.vertex_ai",
            "gcp.vertex_ai", "gcp.gemini",
            "AzureOpenAI", "azure.ai.inference",
            "azure.ai.inference", "AzureOpenAI");

    private Sellers() {}

    /**
     * Returns the providers in order of preference.
     *
     * @param provider the provider that the span names; empty if it names none
     */
    static List<String> of(String provider, ModelName model) {
        Set<String> sellers = new LinkedHashSet<>();
        boolean known = !provider.isEmpty() && !Providers.isGateway(provider);
        String host = model.host() == null ? "" : model.host().name();
        boolean byGateway = model.byGateway() || Providers.isGateway(provider);
        if (host.equals("Bedrock") && (!known || MAKERS.contains(provider))) {
            sellers.add(host); // names such as us.anthropic.claude-… do not exist at the makers
        }
        if (!provider.isEmpty()) {
            add(provider, model, sellers);
        }
        if (!known || provider.equals(OPENAI)) {
            if (byGateway && OPEN.contains(host)) {
                return List.copyOf(sellers);
            }
            if (!host.isEmpty()) {
                add(host, model, sellers);
            } else {
                sellers.addAll(known ? CLOSED : MAKERS);
            }
        }
        return List.copyOf(sellers);
    }

    private static void add(String provider, ModelName model, Set<String> to) {
        to.add(provider);
        String same = SAME.get(provider);
        boolean gemini = provider.startsWith("gcp.");
        if (same != null
                && (!gemini
                        || model.forms().stream()
                                .anyMatch(name -> SAME_GEMINI.matcher(name).matches()))) {
            to.add(same);
        }
    }
}
