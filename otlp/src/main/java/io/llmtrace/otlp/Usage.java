package io.llmtrace.otlp;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SpanKind;
import io.llmtrace.otlp.MappingFile.CacheApart;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of a span. Tokens of the input include those read from and written to a cache, tokens of the output include
 * reasoning. Emitters that count them apart are recognised by their sums, and by the mapping table ({@code cache_apart}).
 * What was sent stays in the attributes.
 *
 * @param rule how the counts of the input were read: {@code cache_included}, or {@code cache_apart:} with the reason; null
 *     where there is no cache to ask about
 */
record Usage(
        @Nullable Long prompt,
        @Nullable Long completion,
        @Nullable Long total,
        @Nullable Long cacheRead,
        @Nullable Long cacheWrite,
        @Nullable Long reasoning,
        @Nullable String rule) {

    private static final Pattern MAJOR_MINOR = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})");
    /** Under which the rule is kept. */
    static final String FIELD = "usage";

    private static final String INCLUDED = "cache_included";
    private static final String APART = "cache_apart:";
    private static final String REASONING_APART = "reasoning_apart";

    static Usage of(SpanView view, SpanKind kind, @Nullable LlmProvider provider) {
        Long input = view.first(Target.PROMPT_TOKENS);
        Long output = view.first(Target.COMPLETION_TOKENS);
        Long total = view.first(Target.TOTAL_TOKENS);
        Long cacheRead = view.first(Target.CACHE_READ_TOKENS);
        Long cacheWrite = view.first(Target.CACHE_WRITE_TOKENS);
        Long reasoning = view.first(Target.REASONING_TOKENS);

        long cache = add(orZero(cacheRead), orZero(cacheWrite));
        String rule = null;
        Long prompt = input;
        if (input != null && cache > 0) {
            rule = ruleOf(view, provider, input, cache, output, total);
            prompt = rule.equals(INCLUDED) ? input : Long.valueOf(add(input, cache));
        } else if (input == null && output == null && kind == SpanKind.EMBEDDING) {
            prompt = total;
        }
        Long completion = output;
        if (output != null && reasoning != null) {
            boolean apart = reasoning > output
                    || (reasoning > 0 && total != null && input != null && total == add(add(input, output), reasoning));
            completion = apart ? Long.valueOf(add(output, reasoning)) : output;
            rule = apart ? (rule == null ? REASONING_APART : rule + "," + REASONING_APART) : rule;
        }
        boolean changed = (input != null && !input.equals(prompt)) || (output != null && !output.equals(completion));
        if (rule != null) {
            view.decisions.note(FIELD, rule);
        }
        return new Usage(prompt, completion, changed ? null : total, cacheRead, cacheWrite, reasoning, rule);
    }

    /** That the total is input and output proves nothing: it is computed so, whatever the input is. */
    private static String ruleOf(
            SpanView view,
            @Nullable LlmProvider provider,
            long input,
            long cache,
            @Nullable Long output,
            @Nullable Long total) {
        if (cache > input) {
            return APART + "more_than_input";
        }
        for (CacheApart emitter : MappingTable.get().file().cacheApart()) {
            if (holds(emitter, view, provider)) {
                return APART + emitter.rule();
            }
        }
        return total != null && total == add(add(input, cache), orZero(output)) ? APART + "total" : INCLUDED;
    }

    private static boolean holds(CacheApart emitter, SpanView view, @Nullable LlmProvider provider) {
        if (emitter.scope() != null
                && !NamePattern.of(emitter.scope()).matches(view.scope.getName())) {
            return false;
        }
        if (emitter.before() != null && !isBefore(view.scope.getVersion(), emitter.before())) {
            return false;
        }
        if (emitter.any() != null
                && emitter.any().stream().noneMatch(key -> view.lookups().containsKey(key))) {
            return false;
        }
        if (emitter.providers() != null
                && (provider == null || !emitter.providers().contains(provider.name()))) {
            return false;
        }
        return emitter.unless() == null || !view.lookups().containsKey(emitter.unless());
    }

    /** Compares major and minor; a version that does not say them is before none. */
    private static boolean isBefore(String version, String limit) {
        Matcher own = MAJOR_MINOR.matcher(version);
        Matcher other = MAJOR_MINOR.matcher(limit);
        if (!own.lookingAt() || !other.lookingAt()) {
            return false;
        }
        int major = Integer.compare(Integer.parseInt(own.group(1)), Integer.parseInt(other.group(1)));
        int minor = Integer.compare(Integer.parseInt(own.group(2)), Integer.parseInt(other.group(2)));
        return major != 0 ? major < 0 : minor < 0;
    }

    private static long orZero(@Nullable Long count) {
        return count == null ? 0 : count;
    }

    /** Both not negative; the greatest number where the sum is beyond it. */
    static long add(long a, long b) {
        return a + b < 0 ? Long.MAX_VALUE : a + b;
    }
}
