package io.llmtrace.otlp.internal.usage;

import static io.llmtrace.otlp.internal.wire.Decode.saturatedSum;

import io.llmtrace.otlp.internal.mapping.Leaves;
import io.llmtrace.otlp.internal.usage.UsageKey.Bucket;
import io.llmtrace.otlp.internal.usage.UsageKey.Side;
import io.llmtrace.otlp.internal.wire.Decode;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a usage object, whoever made it: OpenAI, Anthropic, Gemini, LangChain, Langfuse or others. Each bucket counts once:
 * of several numbers for the same bucket the largest one, of a total and its parts by lifetime, modality or tier the larger one.
 */
final class UsageObject {

    private final Map<UsageKey, Long> counts = new HashMap<>();
    private final Style style;
    private String tier = ServiceTier.STANDARD;

    /**
     * Which numbers include others, as the names tell.
     *
     * @param buckets whether these are Langfuse's buckets, {@code input} and {@code output}, which exclude all others
     * @param cacheApart whether the input excludes the cache
     * @param reasoningApart whether the output excludes reasoning
     */
    record Style(boolean buckets, boolean cacheApart, boolean reasoningApart) {}

    private UsageObject(Leaves leaves) {
        boolean buckets = false;
        boolean inclusive = false;
        boolean besideCache = false;
        boolean thoughts = false;
        for (Map.Entry<String, AnyValue> leaf : leaves.values().entrySet()) {
            String path = leaf.getKey();
            UsageKey.Name name = UsageKey.read(path);
            Long count = Decode.count(leaf.getValue());
            if (count == null) {
                readTier(name, leaf.getValue());
                continue;
            }
            UsageKey key = name.key();
            if (key == null) {
                continue;
            }
            counts.merge(key, count, Math::max);
            if (count > 0 && !key.tier().isEmpty()) {
                tier = key.tier();
            }
            boolean cache = key.bucket() == Bucket.CACHE_READ || key.bucket() == Bucket.CACHE_WRITE;
            buckets |= path.equals("input") || path.equals("output");
            inclusive |= key.bucket() == Bucket.WHOLE && name.has("prompt");
            thoughts |= key.bucket() == Bucket.REASONING && (name.has("thoughts") || name.has("thought"));
            // Anthropic and Bedrock count the cache beside the input: cache_read_input_tokens, cacheWriteInputTokens.
            besideCache |= cache && name.has("cache") && name.has("input") && !name.has("details");
        }
        this.style = new Style(buckets, buckets || (besideCache && !inclusive), buckets || thoughts);
    }

    /** Reads the numbers of an object. */
    static UsageObject of(Leaves leaves) {
        return new UsageObject(leaves);
    }

    private void readTier(UsageKey.Name name, AnyValue value) {
        if (name.has("tier") || (name.has("traffic") && name.has("type"))) {
            String named = ServiceTier.of(Decode.identifier(value));
            tier = named.isEmpty() ? tier : named;
        }
    }

    Style style() {
        return style;
    }

    /** Returns the tier of service that the object names, or whose buckets it has; empty if it is the standard one. */
    String tier() {
        return tier;
    }

    @Nullable
    Long total() {
        return counts.get(new UsageKey(Side.BOTH, Bucket.WHOLE, "", "", ""));
    }

    @Nullable
    Long whole(Side side) {
        return counts.get(new UsageKey(side, Bucket.WHOLE, "", "", ""));
    }

    @Nullable
    Long cacheRead() {
        return largest(Bucket.CACHE_READ);
    }

    @Nullable
    Long cacheWrite() {
        return largest(Bucket.CACHE_WRITE);
    }

    /** Returns the tokens written to a cache that keeps them for an hour or longer; a part of {@link #cacheWrite}. */
    @Nullable
    Long longCacheWrite() {
        return sum(key -> key.bucket() == Bucket.CACHE_WRITE && key.lifetime().matches(".*h|.*hr|.*d|60m(in)?"));
    }

    @Nullable
    Long reasoning() {
        return largest(Bucket.REASONING);
    }

    /** Returns the tokens of one modality; for the input, see {@link #cachedAudio} for what they may exclude. */
    @Nullable
    Long modality(Side side, String modality) {
        return sum(key -> key.bucket() == Bucket.MODALITY
                && key.side() == side
                && key.modality().equals(modality));
    }

    @Nullable
    Long cachedAudio() {
        return sum(key -> key.bucket() == Bucket.CACHE_READ && key.modality().equals("audio"));
    }

    /** Returns the sum of all tokens of a bucket in one half of the call; 0 if there are none. */
    long sum(Side side, Bucket bucket) {
        Long sum = sum(key -> key.side() == side && key.bucket() == bucket);
        return sum == null ? 0 : sum;
    }

    /** Returns the number for the bucket as a whole, or the sum of its parts, if that is larger. */
    private @Nullable Long largest(Bucket bucket) {
        Long whole = sum(key -> key.bucket() == bucket && isWhole(key));
        Long byLifetime = sum(key -> key.bucket() == bucket && !key.lifetime().isEmpty());
        Long byModality = sum(key -> key.bucket() == bucket && !key.modality().isEmpty());
        Long byTier = sum(key -> key.bucket() == bucket
                && !key.tier().isEmpty()
                && key.modality().isEmpty()
                && key.lifetime().isEmpty());
        return Stream.of(whole, byLifetime, byModality, byTier)
                .filter(count -> count != null)
                .max(Long::compare)
                .orElse(null);
    }

    private static boolean isWhole(UsageKey key) {
        return key.lifetime().isEmpty()
                && key.modality().isEmpty()
                && key.tier().isEmpty();
    }

    private @Nullable Long sum(Predicate<UsageKey> wanted) {
        Long sum = null;
        for (Map.Entry<UsageKey, Long> entry : counts.entrySet()) {
            if (wanted.test(entry.getKey())) {
                sum = sum == null ? entry.getValue() : Long.valueOf(saturatedSum(sum, entry.getValue()));
            }
        }
        return sum;
    }
}
