package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Langfuse's counts: buckets that do not overlap, or OpenAI's usage as it is.
 *
 * <pre>
 *   {"input": 120, "input_cached_tokens": 1800, "output": 60, "output_reasoning_tokens": 20, "total": 2000}
 *   {"prompt_tokens": 1920, "completion_tokens": 80, "prompt_tokens_details": {"cached_tokens": 1800}}
 * </pre>
 */
final class LangfuseUsage {

    private LangfuseUsage() {}

    /** The sums that the table asks for. */
    private enum Sum {
        INPUT,
        OUTPUT,
        TOTAL,
        CACHE_READ,
        CACHE_WRITE,
        REASONING
    }

    /** @param name in lower case */
    static Source.Reader<Long> reader(String name) {
        Sum sum = Sum.valueOf(name.toUpperCase(Locale.ROOT));
        return (view, place) -> {
            JsonNode usage = place instanceof Place.Attribute attribute ? view.tree(attribute.key()) : null;
            return usage == null || !usage.isObject() ? null : read(sum, usage);
        };
    }

    private static @Nullable Long read(Sum sum, JsonNode usage) {
        if (usage.has("prompt_tokens") || usage.has("completion_tokens")) {
            return switch (sum) {
                case INPUT -> count(usage.path("prompt_tokens"));
                case OUTPUT -> count(usage.path("completion_tokens"));
                case TOTAL -> count(usage.path("total_tokens"));
                case CACHE_READ -> count(usage.path("prompt_tokens_details").path("cached_tokens"));
                case CACHE_WRITE -> null;
                case REASONING -> count(usage.path("completion_tokens_details").path("reasoning_tokens"));
            };
        }
        return switch (sum) {
            case INPUT -> sumOf(usage, "input");
            case OUTPUT -> sumOf(usage, "output");
            case TOTAL -> count(usage.path("total"));
            case CACHE_READ ->
                usage.path("input_tokens_details").isObject()
                        ? count(usage.path("input_tokens_details").path("cached_tokens"))
                        : first(usage, "input_cached_tokens", "cache_read_input_tokens", "input_cache_read");
            case CACHE_WRITE -> first(usage, "cache_creation_input_tokens", "input_cache_creation");
            case REASONING ->
                usage.path("output_tokens_details").isObject()
                        ? count(usage.path("output_tokens_details").path("reasoning_tokens"))
                        : first(usage, "output_reasoning_tokens", "output_reasoning");
        };
    }

    /** The bucket with all that begin with its name, and those of the cache. */
    private static @Nullable Long sumOf(JsonNode usage, String bucket) {
        Long sum = null;
        for (Map.Entry<String, JsonNode> entry : usage.properties()) {
            String name = entry.getKey();
            boolean cache = bucket.equals("input") && name.startsWith("cache_") && name.endsWith("_input_tokens");
            if (name.equals(bucket) || name.startsWith(bucket + "_") || cache) {
                Long count = count(entry.getValue());
                sum = sum == null ? count : count == null ? sum : Long.valueOf(Usage.add(sum, count));
            }
        }
        return sum;
    }

    private static @Nullable Long first(JsonNode usage, String... names) {
        for (String name : names) {
            Long count = count(usage.path(name));
            if (count != null) {
                return count;
            }
        }
        return null;
    }

    private static @Nullable Long count(JsonNode value) {
        return Decode.count(Decode.valueOf(value));
    }
}
