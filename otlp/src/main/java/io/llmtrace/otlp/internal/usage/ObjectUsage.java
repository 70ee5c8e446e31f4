package io.llmtrace.otlp.internal.usage;

import static io.llmtrace.otlp.internal.usage.Counts.orZero;

import io.llmtrace.model.SpanKind;
import io.llmtrace.otlp.internal.mapping.Leaves;
import io.llmtrace.otlp.internal.mapping.MappedField;
import io.llmtrace.otlp.internal.mapping.OtlpSpan;
import io.llmtrace.otlp.internal.usage.UsageKey.Bucket;
import io.llmtrace.otlp.internal.usage.UsageKey.Side;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tokens of a span from one object that reports all of them.
 *
 * <p>The names tell which numbers include others, but emitters mix conventions: Langfuse's SDK subtracts some parts from the input and
 * leaves others in. If the object has a total, the numbers are read so that they add up to it.
 */
final class ObjectUsage {

    private static final String BUCKETS = Usage.APART + "buckets";
    private static final String COPIES = "copies";

    /** The parts of an input, as bits of {@link Parts.Reading#added}: cache, modalities, tiers, others, tool use. */
    private static final int CACHE = 1;

    private static final int MODALITIES = 2;
    private static final int TIERS = 4;
    private static final int OTHERS = 8;
    private static final int TOOL_USE = 16;

    /** The part of an output in the place of the cache. */
    private static final int REASONING = CACHE;

    private ObjectUsage() {}

    /** Returns the tokens, and records where they were; null if the object has none. */
    static @Nullable Usage of(OtlpSpan span, SpanKind kind, OtlpSpan.SourcedValue<Leaves> source) {
        UsageObject object = UsageObject.of(source.value());
        Parts input = input(object);
        Parts output = output(object);
        Long total = object.total();
        Parts.Reading inputReading = input.usual();
        Parts.Reading outputReading = output.usual();
        if (total != null) {
            for (Parts.Reading in : input.readings()) {
                Parts.Reading out = outputFor(output, total - in.sum());
                if (out != null) {
                    inputReading = in;
                    outputReading = out;
                    break;
                }
            }
        }
        Long prompt = input.countOf(inputReading);
        Long completion = output.countOf(outputReading);
        if (prompt == null && completion == null && total == null) {
            return null;
        }
        if (prompt == null && completion == null && kind == SpanKind.EMBEDDING) {
            prompt = total; // some emitters report only the total, which for embeddings equals the input
        }
        Usage usage = new Usage(
                prompt,
                completion,
                total,
                object.cacheRead(),
                object.cacheWrite(),
                object.reasoning(),
                ruleOf(input, inputReading, output, outputReading),
                details(object, inputReading));
        record(span, source.label(), usage);
        return usage;
    }

    private static Parts.@Nullable Reading outputFor(Parts output, long wanted) {
        for (Parts.Reading reading : output.readings()) {
            if (reading.sum() == wanted) {
                return reading;
            }
        }
        return null;
    }

    private static Parts input(UsageObject object) {
        long cache = Counts.sum(object.cacheRead(), object.cacheWrite());
        long modalities = object.sum(Side.INPUT, Bucket.MODALITY);
        long tiers = object.sum(Side.INPUT, Bucket.TIER);
        List<Long> parts = List.of(
                cache,
                modalities,
                tiers,
                object.sum(Side.INPUT, Bucket.OTHER),
                object.sum(Side.INPUT, Bucket.TOOL_USE));
        Long base = object.whole(Side.INPUT);
        int apart = TOOL_USE
                | (object.style().buckets() ? MODALITIES | TIERS | OTHERS : 0)
                | (object.style().cacheApart() || cache > orZero(base) ? CACHE : 0);
        boolean allModalities = object.modality(Side.INPUT, "text") != null;
        return new Parts(base, parts, withoutCopies(base, cache, allModalities ? modalities : 0, tiers, apart));
    }

    private static Parts output(UsageObject object) {
        long reasoning = orZero(object.reasoning());
        long modalities = object.sum(Side.OUTPUT, Bucket.MODALITY);
        long tiers = object.sum(Side.OUTPUT, Bucket.TIER);
        List<Long> parts = List.of(reasoning, modalities, tiers, object.sum(Side.OUTPUT, Bucket.OTHER));
        Long base = object.whole(Side.OUTPUT);
        int apart = (object.style().buckets() ? MODALITIES | TIERS | OTHERS : 0)
                | (object.style().reasoningApart() || reasoning > orZero(base) ? REASONING : 0);
        boolean allModalities = object.modality(Side.OUTPUT, "text") != null;
        return new Parts(base, parts, withoutCopies(base, reasoning, allModalities ? modalities : 0, tiers, apart));
    }

    /** Removes parts that are the base once more, divided by modality or tier, with or without the cache or reasoning. */
    private static int withoutCopies(@Nullable Long base, long special, long modalities, long tiers, int apart) {
        int left = apart;
        if (base != null && base > 0 && modalities > 0) {
            left &= base == modalities + special ? ~(MODALITIES | CACHE) : base == modalities ? ~MODALITIES : ~0;
        }
        if (base != null && base > 0 && tiers > 0) {
            left &= base == tiers + special ? ~(TIERS | CACHE) : base == tiers ? ~TIERS : ~0;
        }
        return left;
    }

    private static @Nullable String ruleOf(
            Parts input, Parts.Reading inputReading, Parts output, Parts.Reading outputReading) {
        String rule = null;
        if (input.parts().get(0) > 0) {
            rule = (inputReading.added() & CACHE) != 0 ? BUCKETS : Usage.INCLUDED;
        }
        if (output.parts().get(0) > 0 && (outputReading.added() & REASONING) != 0) {
            rule = Counts.joined(rule, Usage.REASONING_APART);
        }
        return leavesOutCopies(input, inputReading) || leavesOutCopies(output, outputReading)
                ? Counts.joined(rule, COPIES)
                : rule;
    }

    /** Returns whether modalities, tiers or other parts are reported that the number has already. */
    private static boolean leavesOutCopies(Parts parts, Parts.Reading reading) {
        for (int i = 1; i < parts.parts().size(); i++) {
            if (parts.parts().get(i) > 0 && (reading.added() & (1 << i)) == 0) {
                return true;
            }
        }
        return false;
    }

    private static Usage.Details details(UsageObject object, Parts.Reading input) {
        long cachedAudio = orZero(object.cachedAudio());
        boolean uncachedOnly = (input.added() & CACHE) != 0 && (input.added() & MODALITIES) != 0;
        return new Usage.Details(
                orZero(object.longCacheWrite()),
                Counts.sum(object.modality(Side.INPUT, "audio"), uncachedOnly ? cachedAudio : 0),
                cachedAudio,
                orZero(object.modality(Side.INPUT, "image")),
                orZero(object.modality(Side.OUTPUT, "audio")),
                orZero(object.modality(Side.OUTPUT, "image")),
                object.tier());
    }

    private static void record(OtlpSpan span, String label, Usage usage) {
        record(span, MappedField.PROMPT_TOKENS, label, usage.prompt());
        record(span, MappedField.COMPLETION_TOKENS, label, usage.completion());
        record(span, MappedField.TOTAL_TOKENS, label, usage.total());
        record(span, MappedField.CACHE_READ_TOKENS, label, usage.cacheRead());
        record(span, MappedField.CACHE_WRITE_TOKENS, label, usage.cacheWrite());
        record(span, MappedField.REASONING_TOKENS, label, usage.reasoning());
    }

    private static void record(OtlpSpan span, MappedField<Long> field, String label, @Nullable Long count) {
        if (count != null) {
            span.decisions().record(field.name(), label);
        }
    }
}
