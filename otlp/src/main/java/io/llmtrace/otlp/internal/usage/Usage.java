package io.llmtrace.otlp.internal.usage;

import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.otlp.internal.mapping.Decisions;
import io.llmtrace.otlp.internal.mapping.Leaves;
import io.llmtrace.otlp.internal.mapping.MappedField;
import io.llmtrace.otlp.internal.mapping.OtlpSpan;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a span. The prompt's tokens include those read from and written to a cache, the completion's include reasoning. The
 * attributes keep the counts as they were sent. An unknown count is null.
 *
 * <p>A span reports them in one object ({@link ObjectUsage}), or in separate attributes ({@link SeparateUsage}).
 *
 * @param rule how the counts were interpreted, as {@link io.llmtrace.otlp.TokenBuckets#rule} explains; null if there was nothing to
 *     decide
 * @param details the parts on which only the price depends
 */
public record Usage(
        @Nullable Long prompt,
        @Nullable Long completion,
        @Nullable Long total,
        @Nullable Long cacheRead,
        @Nullable Long cacheWrite,
        @Nullable Long reasoning,
        @Nullable String rule,
        Details details) {

    /** The name under which the {@link Decisions} of a span record the rule. */
    public static final String FIELD = "usage";

    static final String INCLUDED = "cache_included";
    static final String APART = "cache_apart:";
    static final String REASONING_APART = "reasoning_apart";
    static final String TOTAL_DIFFERS = "total_differs";

    /**
     * Parts of the counts that cost more or less than others. They are 0 if they are not reported.
     *
     * @param longCacheWrite the part of {@code cacheWrite} that a cache keeps for an hour or longer
     * @param inputAudio the part of the prompt that is audio, with what was read from a cache
     * @param cachedAudio the part of {@code cacheRead} that is audio
     * @param tier the tier of service, see {@link ServiceTier}
     */
    record Details(
            long longCacheWrite,
            long inputAudio,
            long cachedAudio,
            long inputImage,
            long outputAudio,
            long outputImage,
            String tier) {

        Details inTier(String other) {
            return new Details(longCacheWrite, inputAudio, cachedAudio, inputImage, outputAudio, outputImage, other);
        }
    }

    /** Reads the tokens of a span, and records where they were and the rule that was applied. */
    public static Usage of(OtlpSpan span, SpanKind kind, @Nullable LlmProvider provider) {
        Usage usage = null;
        for (OtlpSpan.SourcedValue<Leaves> object : span.all(MappedField.USAGE)) {
            usage = usage == null ? ObjectUsage.of(span, kind, object) : usage;
        }
        usage = usage == null ? SeparateUsage.of(span, kind, provider) : usage;
        String rule = withTotal(usage);
        if (rule != null) {
            span.decisions().record(FIELD, rule);
        }
        return usage.with(rule, tierOf(span, usage, span.decisions()));
    }

    /** Returns the tokens in the fields of a span, whose tier of service is in its attributes, and records where the tier was. */
    static Usage ofFields(TraceSpan span, OtlpSpan attributes, Decisions decisions) {
        Details details = new Details(0, 0, 0, 0, 0, 0, ServiceTier.STANDARD);
        Usage usage = new Usage(
                span.promptTokens(),
                span.completionTokens(),
                span.totalTokens(),
                span.cacheReadTokens(),
                span.cacheWriteTokens(),
                span.reasoningTokens(),
                null,
                details);
        return usage.with(null, tierOf(attributes, usage, decisions));
    }

    /** Adds to the rule whether the reported total is another number than that of prompt and completion. */
    private static @Nullable String withTotal(Usage usage) {
        boolean differs = usage.total != null
                && usage.prompt != null
                && usage.completion != null
                && usage.total != Counts.sum(usage.prompt, usage.completion);
        return differs ? Counts.joined(usage.rule, TOTAL_DIFFERS) : usage.rule;
    }

    /** Returns the tier that the response names, else the request, else the buckets. The first attribute that has one counts. */
    private static String tierOf(OtlpSpan span, Usage usage, Decisions decisions) {
        for (OtlpSpan.SourcedValue<String> source : span.all(MappedField.SERVICE_TIER)) {
            String tier = ServiceTier.of(source.value());
            if (!tier.isEmpty()) {
                decisions.record(MappedField.SERVICE_TIER.name(), source.label());
                return tier;
            }
            break;
        }
        return usage.details.tier();
    }

    /** Returns the counts as they are stored: a total below the sum of its parts is left out, so that the sum takes its place. */
    private Usage with(@Nullable String newRule, String tier) {
        Long atLeast = total != null && total < Counts.sum(prompt, completion) ? null : total;
        return new Usage(prompt, completion, atLeast, cacheRead, cacheWrite, reasoning, newRule, details.inTier(tier));
    }
}
