package io.llmtrace.otlp.internal.usage;

import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The prices of a million tokens in US dollars.
 *
 * @param from the time from which they are valid
 * @param over the number of tokens that a prompt must exceed
 * @param tier the tier of service, see {@link ServiceTier}
 * @param amounts the prices of the parts; those without one cost as much as what they are a kind of
 */
record Price(Instant from, long over, String tier, Map<Part, Double> amounts) {

    private static final double PER_TOKENS = 1e6;

    /** The parts of a call with prices of their own, in the order of the columns of the file. */
    enum Part {
        INPUT(4, null),
        OUTPUT(5, null),
        CACHE_READ(6, INPUT),
        CACHE_WRITE(7, INPUT),
        REASONING(8, OUTPUT),
        CACHE_WRITE_1H(10, CACHE_WRITE),
        INPUT_AUDIO(11, INPUT),
        OUTPUT_AUDIO(12, OUTPUT),
        CACHE_READ_AUDIO(13, CACHE_READ),
        INPUT_IMAGE(14, INPUT),
        OUTPUT_IMAGE(15, OUTPUT);

        final int column;
        private final @Nullable Part kindOf;

        Part(int column, @Nullable Part kindOf) {
            this.column = column;
            this.kindOf = kindOf;
        }
    }

    Price {
        amounts = new EnumMap<>(amounts);
    }

    /** Returns the cost of the tokens in US dollars. */
    double of(Usage usage) {
        Usage.Details details = usage.details();
        double prompt = Counts.orZero(usage.prompt());
        double read = Math.min(prompt, Counts.orZero(usage.cacheRead()));
        double readAudio = Math.min(read, details.cachedAudio());
        double written = Math.min(prompt - read, Counts.orZero(usage.cacheWrite()));
        double writtenLong = Math.min(written, details.longCacheWrite());
        double rest = prompt - read - written;
        double audio = Math.min(rest, Math.max(0, details.inputAudio() - readAudio));
        double image = Math.min(rest - audio, details.inputImage());

        double completion = Counts.orZero(usage.completion());
        double reasoning = Math.min(completion, Counts.orZero(usage.reasoning()));
        double spoken = Math.min(completion - reasoning, details.outputAudio());
        double drawn = Math.min(completion - reasoning - spoken, details.outputImage());

        return ((rest - audio - image) * amount(Part.INPUT)
                        + audio * amount(Part.INPUT_AUDIO)
                        + image * amount(Part.INPUT_IMAGE)
                        + (read - readAudio) * amount(Part.CACHE_READ)
                        + readAudio * amount(Part.CACHE_READ_AUDIO)
                        + (written - writtenLong) * amount(Part.CACHE_WRITE)
                        + writtenLong * amount(Part.CACHE_WRITE_1H)
                        + (completion - reasoning - spoken - drawn) * amount(Part.OUTPUT)
                        + reasoning * amount(Part.REASONING)
                        + spoken * amount(Part.OUTPUT_AUDIO)
                        + drawn * amount(Part.OUTPUT_IMAGE))
                / PER_TOKENS;
    }

    /** Returns the price of a part; 0 for an input or output without one. */
    double amount(Part part) {
        Double own = amounts.get(part);
        if (own != null) {
            return own;
        }
        return part.kindOf == null ? 0 : amount(part.kindOf);
    }
}
