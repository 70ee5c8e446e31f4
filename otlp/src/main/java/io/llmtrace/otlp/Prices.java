package io.llmtrace.otlp;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What tokens cost, by provider, model, time and length of the prompt. Those of {@code prices.csv} are public list prices;
 * a file of the user overrules them ({@link #read}). Thread-safe.
 *
 * <p>An estimate uses the prices of the time when the call started. A model that has none is looked for without what often
 * stands around a name: a date, a region, a version ({@link PriceTable#plainName}).
 */
public final class Prices {

    /** No cost is estimated. */
    public static final Prices NONE = new Prices("none", null, null);

    private static final String RESOURCE = "prices.csv";
    private static final MathContext SHOWN = new MathContext(12);
    private static final double PER_TOKENS = 1e6;
    private static final int MAX_REMEMBERED = 4_096;
    private static final int MAX_NAME_CHARACTERS = 200;

    private final String version;
    private final @Nullable PriceTable own;
    private final @Nullable PriceTable common;
    private final Map<String, Optional<PriceTable.History>> remembered = new ConcurrentHashMap<>();

    private Prices(String version, @Nullable PriceTable own, @Nullable PriceTable common) {
        this.version = version;
        this.own = own;
        this.common = common;
    }

    /** Those that come with this version of llmtrace. */
    public static Prices builtIn() {
        return BuiltIn.PRICES;
    }

    /**
     * Prices of a file, and where it has none, the built-in ones.
     *
     * @param csv in the form of the built-in file, which its first lines explain
     * @throws IllegalArgumentException naming file and line, if it cannot be read or is wrong
     */
    public static Prices read(Path csv) {
        try {
            PriceTable own = PriceTable.parse(Files.readString(csv), csv.toString());
            return new Prices(own.version() + "+" + builtIn().version, own, builtIn().common);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read " + csv + ": " + e, e);
        }
    }

    private static final class BuiltIn {
        static final Prices PRICES = load();

        private static Prices load() {
            try (InputStream in = Prices.class.getResourceAsStream(RESOURCE)) {
                PriceTable table = PriceTable.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), RESOURCE);
                return new Prices(table.version(), null, table);
            } catch (IOException e) {
                throw new UncheckedIOException(RESOURCE, e);
            }
        }
    }

    /** Spans keep it with a cost that was estimated. */
    public String version() {
        return version;
    }

    /** In US dollars; null without tokens, or without a price for the model. */
    @Nullable
    Double estimate(Cost.Call call, Usage usage) {
        if (usage.prompt() == null && usage.completion() == null) {
            return null;
        }
        PriceTable.History history = history(call);
        long prompt = usage.prompt() == null ? 0 : usage.prompt();
        PriceTable.Price price = history == null ? null : history.at(call.time(), prompt);
        return price == null ? null : Double.valueOf(costOf(price, usage));
    }

    private PriceTable.@Nullable History history(Cost.Call call) {
        String provider = call.provider() == null ? "" : call.provider().name();
        PriceTable.History found = history(provider, call.responseModel());
        return found != null ? found : history(provider, call.requestModel());
    }

    private PriceTable.@Nullable History history(String provider, @Nullable String model) {
        if (model == null || common == null || model.length() + provider.length() > MAX_NAME_CHARACTERS) {
            return null;
        }
        String key = provider + "\n" + model;
        Optional<PriceTable.History> known = remembered.get(key);
        if (known == null) {
            PriceTable.History found = own == null ? null : own.find(provider, model);
            known = Optional.ofNullable(found != null ? found : common.find(provider, model));
            if (remembered.size() < MAX_REMEMBERED) {
                remembered.put(key, known);
            }
        }
        return known.orElse(null);
    }

    private static double costOf(PriceTable.Price price, Usage usage) {
        double prompt = orZero(usage.prompt());
        double read = Math.min(prompt, orZero(usage.cacheRead()));
        double written = Math.min(prompt - read, orZero(usage.cacheWrite()));
        double completion = orZero(usage.completion());
        double reasoning = Math.min(completion, orZero(usage.reasoning()));
        double cost = ((prompt - read - written) * price.input()
                        + read * price.cacheRead()
                        + written * price.cacheWrite()
                        + (completion - reasoning) * price.output()
                        + reasoning * price.reasoning())
                / PER_TOKENS;
        // 0.0000001, not 1.0000000000000001E-7
        return BigDecimal.valueOf(cost).round(SHOWN).doubleValue();
    }

    private static double orZero(@Nullable Long count) {
        return count == null ? 0 : count;
    }
}
