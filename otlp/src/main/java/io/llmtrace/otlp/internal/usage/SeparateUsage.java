package io.llmtrace.otlp.internal.usage;

import static io.llmtrace.otlp.internal.usage.Counts.orZero;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SpanKind;
import io.llmtrace.otlp.internal.mapping.MappedField;
import io.llmtrace.otlp.internal.mapping.OtlpSpan;
import io.llmtrace.otlp.internal.usage.UsageKey.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tokens of a span from separate attributes, each with sources of its own in the mapping table. What these do not have is
 * taken from {@code usage_details}, by the words of the names there.
 *
 * <p>Emitters that count cache or reasoning beside input and output are recognized by the sums, and by {@link CacheApart}.
 */
final class SeparateUsage {

    private final OtlpSpan span;
    private final List<OtlpSpan.SourcedValue<UsageObject>> details = new ArrayList<>();

    private SeparateUsage(OtlpSpan span) {
        this.span = span;
        span.all(MappedField.USAGE_DETAILS)
                .forEach(source ->
                        details.add(new OtlpSpan.SourcedValue<>(source.label(), UsageObject.of(source.value()))));
    }

    /** Returns the tokens, and records where they were. */
    static Usage of(OtlpSpan span, SpanKind kind, @Nullable LlmProvider provider) {
        return new SeparateUsage(span).read(kind, provider);
    }

    private Usage read(SpanKind kind, @Nullable LlmProvider provider) {
        Long input = span.first(MappedField.PROMPT_TOKENS);
        Long output = span.first(MappedField.COMPLETION_TOKENS);
        Long total = span.first(MappedField.TOTAL_TOKENS);
        Long cacheRead = positive(MappedField.CACHE_READ_TOKENS, UsageObject::cacheRead);
        Long cacheWrite = positive(MappedField.CACHE_WRITE_TOKENS, UsageObject::cacheWrite);
        Long reasoning = positive(MappedField.REASONING_TOKENS, UsageObject::reasoning);

        long cache = Counts.sum(cacheRead, cacheWrite);
        String rule = null;
        Long prompt = input;
        if (input != null && cache > 0) {
            rule = ruleOf(provider, input, cache, output, total);
            prompt = rule.equals(Usage.INCLUDED) ? input : Long.valueOf(Counts.sum(input, cache));
        } else if (input == null && output == null && kind == SpanKind.EMBEDDING) {
            prompt = total; // some emitters report only the total, which for embeddings equals the input
        }
        Long completion = output;
        if (output != null && isApart(reasoning, input, output, total)) {
            completion = Counts.sum(output, reasoning);
            rule = Counts.joined(rule, Usage.REASONING_APART);
        }
        return new Usage(prompt, completion, total, cacheRead, cacheWrite, reasoning, rule, detailsOfPrice());
    }

    /**
     * Decides whether the input count excludes cached tokens. A total that equals input plus output is not evidence either way,
     * since emitters compute it so in both cases.
     */
    private String ruleOf(
            @Nullable LlmProvider provider, long input, long cache, @Nullable Long output, @Nullable Long total) {
        if (cache > input) {
            return Usage.APART + "more_than_input";
        }
        String emitter = CacheApart.ruleFor(span, provider);
        if (emitter != null) {
            return Usage.APART + emitter;
        }
        return total != null && total == Counts.sum(Counts.sum(input, cache), output)
                ? Usage.APART + "total"
                : Usage.INCLUDED;
    }

    private static boolean isApart(@Nullable Long reasoning, @Nullable Long input, long output, @Nullable Long total) {
        if (reasoning == null || reasoning == 0) {
            return false;
        }
        boolean byTotal = total != null && input != null && total == Counts.sum(Counts.sum(input, output), reasoning);
        return reasoning > output || byTotal;
    }

    private Usage.Details detailsOfPrice() {
        return new Usage.Details(
                orZero(ofDetails(UsageObject::longCacheWrite)),
                orZero(ofDetails(object -> object.modality(Side.INPUT, "audio"))),
                orZero(ofDetails(UsageObject::cachedAudio)),
                orZero(ofDetails(object -> object.modality(Side.INPUT, "image"))),
                orZero(ofDetails(object -> object.modality(Side.OUTPUT, "audio"))),
                orZero(ofDetails(object -> object.modality(Side.OUTPUT, "image"))),
                details.stream()
                        .map(source -> source.value().tier())
                        .filter(tier -> !tier.isEmpty())
                        .findFirst()
                        .orElse(ServiceTier.STANDARD));
    }

    /** Returns the first count above 0, from the sources of the field and then from the details; else 0 if that was reported. */
    private @Nullable Long positive(MappedField<Long> field, Function<UsageObject, @Nullable Long> detail) {
        Long own = span.first(field);
        if (own != null && own > 0) {
            return own;
        }
        Long reported = own;
        for (OtlpSpan.SourcedValue<UsageObject> source : details) {
            Long count = detail.apply(source.value());
            if (count != null && (reported == null || count > reported)) {
                if (own == null) {
                    span.decisions().record(field.name(), source.label());
                }
                return count;
            }
        }
        return reported;
    }

    private @Nullable Long ofDetails(Function<UsageObject, @Nullable Long> detail) {
        Long best = null;
        for (OtlpSpan.SourcedValue<UsageObject> source : details) {
            Long count = detail.apply(source.value());
            best = best == null || (count != null && count > best) ? count : best;
        }
        return best;
    }
}
