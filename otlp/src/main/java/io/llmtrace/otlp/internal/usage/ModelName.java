package io.llmtrace.otlp.internal.usage;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.otlp.internal.mapping.Providers;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The name of a model, in the ways in which a list of prices may have it.
 *
 * <pre>
 *   openrouter/anthropic/claude-sonnet-4.5                     claude-sonnet-4-5, by Anthropic
 *   arn:aws:bedrock:…:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0
 *                                                              us.anthropic.claude-sonnet-4-5, …, by Bedrock
 *   claude-opus-4-1-20250805[1m]                               claude-opus-4-1
 *   ft:gpt-4o-mini-2024-07-18:acme::abc123                     ft:gpt-4o-mini: never the price of the model that was tuned
 * </pre>
 *
 * @param host the provider that the name itself tells, known or not; null if it tells none
 * @param byGateway whether the name tells that a gateway passes the call on
 * @param forms the name in lower case: as it is, in canonical spelling, and then without suffixes, region and maker
 */
record ModelName(@Nullable LlmProvider host, boolean byGateway, List<String> forms) {

    private static final int MAX_CHARACTERS = 300;
    private static final String FINE_TUNED = "ft:";

    private static final Pattern IN_BRACKETS = Pattern.compile("\\s*(?:\\[[^\\[\\]]*\\]|\\([^()]*\\))$");
    private static final Pattern ARN = Pattern.compile("arn:aws[a-z-]*:bedrock:[^/]*/(.*)");
    private static final Pattern NAMED_PROVIDER = Pattern.compile("([a-z][a-z_-]*):(.+)");

    private static final String MAKER =
            "(?:ai21|amazon|anthropic|cohere|deepseek|google|luma|meta|minimax|mistral|moonshot|moonshotai"
                    + "|nvidia|openai|qwen|stability|twelvelabs|writer|zai)\\.";
    private static final Pattern REGION =
            Pattern.compile("^(?:us|eu|apac|global|us-gov|jp|au|ca|sa|mx|il|af)\\.(?=" + MAKER + ")");
    private static final Pattern OF_BEDROCK = Pattern.compile("^(?:[a-z-]+\\.)?(?:" + MAKER + ").+");
    private static final Pattern BY_MAKER = Pattern.compile("^" + MAKER);

    /**
     * What may follow the name of a model without a change of its price: {@code -2024-08-06}, {@code -20240620}, {@code -v1:0},
     * {@code @default}, {@code -latest}, {@code :thinking}, and the effort in {@code o3-mini-high}. Further versions, such as {@code -v2},
     * are other models, and {@code :free} and {@code :extended} are other prices.
     */
    private static final Pattern SUFFIX = Pattern.compile(
            "(?:-\\d{4}-\\d{2}-\\d{2}|-\\d{8}|(?<=-\\d{8})-v\\d(?::\\d+)?|-v1(?::\\d+)?"
                    + "|(?<=-v\\d):\\d+|:\\d+k|@[^@]*|-latest|:(?:beta|thinking|nitro|floor|online|exacto|default|latest)|(?<=o\\d-mini)-high)$");

    /** Parts of a path that name an API rather than a provider. */
    private static final Set<String> NO_PROVIDERS =
            Set.of("models", "chat", "responses", "completions", "converse", "invoke");

    /** Names of LiteLLM for deployments that cost more than others, at prices that are not listed. */
    private static final Pattern AZURE_DATA_ZONE = Pattern.compile("azure/(?:eu|us)(?:/.*)?");

    private static final Pattern GEMINI_VERSION = Pattern.compile("^(gemini-.*)-00\\d$");

    /** Claude's version stands before the family or after it: claude-3.5-sonnet, claude-sonnet-4-5. */
    private static final Pattern CLAUDE = Pattern.compile("claude-(\\d(?:-\\d)?)-(opus|sonnet|haiku)\\b");

    private static final Pattern CLAUDE_ZERO = Pattern.compile("(claude-(?:opus|sonnet|haiku)-\\d)-0\\b");

    /** Reads a name as emitters, gateways and providers write it. */
    static ModelName of(String sent) {
        if (sent.length() > MAX_CHARACTERS) {
            return new ModelName(null, false, List.of());
        }
        String name = withoutBrackets(sent.strip().toLowerCase(Locale.ROOT).replace(' ', '-'));
        Matcher arn = ARN.matcher(name);
        LlmProvider host = null;
        if (arn.matches()) {
            host = LlmProvider.BEDROCK;
            name = arn.group(1);
        }
        int slash = name.lastIndexOf('/');
        boolean byGateway =
                slash > 0 && Stream.of(name.substring(0, slash).split("[/:]")).anyMatch(Providers::isGateway);
        host = host != null || slash < 0 ? host : hostInPath(name.substring(0, slash));
        name = name.substring(slash + 1);
        Matcher named = NAMED_PROVIDER.matcher(name);
        if (!name.startsWith(FINE_TUNED) && named.matches()) {
            LlmProvider provider = Providers.named(named.group(1));
            boolean known = provider != null || Providers.isGateway(named.group(1));
            host = host != null ? host : provider;
            name = known ? named.group(2).substring(named.group(2).lastIndexOf('/') + 1) : name;
        }
        if (host == null && OF_BEDROCK.matcher(name).matches()) {
            host = LlmProvider.BEDROCK;
        }
        return new ModelName(host, byGateway, forms(name));
    }

    private static String withoutBrackets(String name) {
        String shorter = IN_BRACKETS.matcher(name).replaceFirst("").replaceFirst("-+$", "");
        return shorter.isEmpty() ? name : shorter;
    }

    /**
     * Returns the first provider in a path that is not a gateway: the one that serves the model. If none is known, the first part is the
     * name of one that is not, whose prices are not listed.
     */
    private static @Nullable LlmProvider hostInPath(String path) {
        if (path.startsWith("projects/") || path.startsWith("publishers/")) {
            return Providers.named("gcp.vertex_ai");
        }
        if (AZURE_DATA_ZONE.matcher(path).matches()) {
            return new LlmProvider(path);
        }
        LlmProvider unknown = null;
        for (String part : path.split("[/:]")) {
            LlmProvider provider = Providers.named(part);
            if (provider != null && !Providers.isGateway(part)) {
                return provider;
            }
            boolean isName = unknown == null && !part.isBlank() && !NO_PROVIDERS.contains(part);
            unknown = isName && !Providers.isGateway(part) ? new LlmProvider(part) : unknown;
        }
        return unknown;
    }

    private static List<String> forms(String name) {
        if (name.startsWith(FINE_TUNED)) {
            String base = name.substring(FINE_TUNED.length()).split(":", 2)[0];
            return Stream.of(base, canonical(base), canonical(withoutSuffixes(base)))
                    .map(FINE_TUNED::concat)
                    .toList();
        }
        String plain = withoutSuffixes(name);
        String general = REGION.matcher(plain).replaceFirst("");
        String bare = BY_MAKER.matcher(general).replaceFirst("");
        return List.of(name, canonical(name), canonical(plain), canonical(general), canonical(bare));
    }

    private static String withoutSuffixes(String name) {
        String current = name;
        String shorter = SUFFIX.matcher(current).replaceFirst("");
        while (!shorter.equals(current) && !shorter.isEmpty()) {
            current = shorter;
            shorter = SUFFIX.matcher(current).replaceFirst("");
        }
        return GEMINI_VERSION.matcher(current).replaceFirst("$1");
    }

    /** Returns the name with dashes for dots, and Claude's version after the family, without a 0 at its end. */
    private static String canonical(String name) {
        String dashed = CLAUDE.matcher(name.replace('.', '-')).replaceFirst("claude-$2-$1");
        return CLAUDE_ZERO.matcher(dashed).replaceFirst("$1");
    }
}
