package io.llmtrace.otlp.internal.usage;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a number in a usage object counts, as the words of its name tell, whatever their order and spelling.
 *
 * <pre>
 *   input_cached_tokens, cacheReadInputTokens, prompt_tokens_details.cached_tokens      tokens that were read from a cache
 *   cache_creation.ephemeral_1h_input_tokens, input_cache_creation_1h                   written to it, for an hour
 *   output_priority_reasoning                                                           reasoning, in the priority tier
 *   input_modality_AUDIO, llm.token_count.prompt_details.audio                          the audio in the input
 * </pre>
 *
 * @param lifetime how long a cache keeps what was written, such as {@code 5m}; empty if the name does not tell
 * @param modality such as {@code audio}; empty if the name does not tell
 * @param tier {@code batch}, {@code flex} or {@code priority}; empty if the name does not tell
 */
record UsageKey(Side side, Bucket bucket, String lifetime, String modality, String tier) {

    /** The half of a call whose tokens are counted. */
    enum Side {
        INPUT,
        OUTPUT,
        BOTH
    }

    /** The part of that half. */
    enum Bucket {
        WHOLE,
        CACHE_READ,
        CACHE_WRITE,
        REASONING,
        MODALITY,
        TIER,
        TOOL_USE,
        OTHER
    }

    private static final Pattern BETWEEN_WORDS =
            Pattern.compile("[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])");
    private static final Pattern LIFETIME = Pattern.compile("\\d{1,3}(?:s|m|min|h|hr|d)");

    private static final Set<String> INPUT = Set.of("input", "prompt");
    private static final Set<String> OUTPUT = Set.of("output", "completion", "candidates", "candidate", "generated");
    private static final Set<String> CACHE = Set.of("cache", "cached", "caching");
    private static final Set<String> WRITE = Set.of("write", "writes", "written", "creation", "created", "store");
    private static final Set<String> REASONING = Set.of("reasoning", "thoughts", "thought", "thinking");
    private static final Set<String> MODALITIES = Set.of("text", "audio", "image", "video", "document");
    private static final Set<String> TIERS = Set.of("priority", "flex", "batch");
    private static final Set<String> OF_WHOLE = Set.of(
            "input",
            "prompt",
            "output",
            "completion",
            "candidates",
            "candidate",
            "generated",
            "token",
            "tokens",
            "count",
            "total",
            "usage",
            "billed",
            "units");

    /** Words in the names of numbers that count no tokens, or that count tokens which another number has. */
    private static final Set<String> OTHER_UNITS = Set.of(
            "cost",
            "costs",
            "price",
            "usd",
            "characters",
            "chars",
            "images",
            "videos",
            "files",
            "pages",
            "second",
            "seconds",
            "duration",
            "ms",
            "per",
            "time",
            "latency",
            "requests",
            "calls",
            "percent",
            "ratio",
            "rate",
            "miss",
            "uncached",
            "no",
            "non",
            "not",
            "without",
            "excluding",
            "remaining",
            "limit",
            "max",
            "budget");

    private static final int MAX_CACHED = 4_096;
    private static final int MAX_PATH_CHARACTERS = 200;
    private static final Map<String, Name> CACHED = new ConcurrentHashMap<>();

    /**
     * A name of a number.
     *
     * @param key what it counts; null if that is no number of tokens
     */
    record Name(List<String> words, @Nullable UsageKey key) {
        boolean has(String word) {
            return words.contains(word);
        }
    }

    /** Reads the name of a number, which may be a path of several names. Spans have few distinct ones. */
    static Name read(String path) {
        if (path.length() > MAX_PATH_CHARACTERS) {
            return new Name(List.of(), null);
        }
        Name name = CACHED.get(path);
        if (name == null) {
            List<String> words = words(path);
            name = new Name(words, ofWords(words));
            if (CACHED.size() < MAX_CACHED) {
                CACHED.put(path, name);
            }
        }
        return name;
    }

    /** Returns the words of a name in lower case: {@code cacheReadInputTokens} has four. */
    static List<String> words(String name) {
        return List.of(BETWEEN_WORDS
                .matcher(name)
                .replaceAll(" ")
                .strip()
                .toLowerCase(Locale.ROOT)
                .split(" "));
    }

    private static @Nullable UsageKey ofWords(List<String> words) {
        boolean input = has(words, INPUT);
        boolean output = has(words, OUTPUT);
        if (has(words, OTHER_UNITS) || (input && output)) {
            return null;
        }
        String modality = firstOf(words, MODALITIES);
        String tier = firstOf(words, TIERS);
        boolean ephemeral = words.contains("ephemeral");
        if (ephemeral || has(words, CACHE)) {
            String lifetime = words.contains("read") ? "" : lifetimeIn(words);
            boolean written = ephemeral || has(words, WRITE) || !lifetime.isEmpty();
            return new UsageKey(
                    Side.INPUT,
                    written ? Bucket.CACHE_WRITE : Bucket.CACHE_READ,
                    lifetime,
                    written ? "" : modality,
                    tier);
        }
        if (has(words, REASONING)) {
            return new UsageKey(Side.OUTPUT, Bucket.REASONING, "", "", tier);
        }
        if (!input && !output) {
            return words.contains("total") && isWhole(words) ? new UsageKey(Side.BOTH, Bucket.WHOLE, "", "", "") : null;
        }
        Bucket bucket = bucketOf(words, modality, tier);
        return new UsageKey(
                input ? Side.INPUT : Side.OUTPUT, bucket, "", bucket == Bucket.MODALITY ? modality : "", tier);
    }

    private static Bucket bucketOf(List<String> words, String modality, String tier) {
        if (words.contains("tool") && words.contains("use")) {
            return Bucket.TOOL_USE;
        }
        if (!modality.isEmpty()) {
            return Bucket.MODALITY;
        }
        if (!tier.isEmpty()) {
            return Bucket.TIER;
        }
        return isWhole(words) ? Bucket.WHOLE : Bucket.OTHER;
    }

    private static boolean isWhole(List<String> words) {
        return OF_WHOLE.containsAll(words);
    }

    private static boolean has(List<String> words, Set<String> any) {
        return words.stream().anyMatch(any::contains);
    }

    private static String firstOf(List<String> words, Set<String> any) {
        return words.stream().filter(any::contains).findFirst().orElse("");
    }

    private static String lifetimeIn(List<String> words) {
        return words.stream()
                .filter(word -> LIFETIME.matcher(word).matches())
                .findFirst()
                .orElse("");
    }
}
