package io.llmtrace.otlp.internal.usage;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The prices for estimates: those of the user's file, and the built-in ones for models that the file does not list.
 * Thread-safe.
 *
 * <p>An estimate uses the prices that were valid when the call started. A model is found under any form of its name ({@link ModelName}),
 * at the providers that may have served it ({@link Sellers}). A model that is not found has no cost, rather than that of another one.
 */
public final class PriceList {

    private static final MathContext SIGNIFICANT_DIGITS = new MathContext(12);
    private static final int MAX_CACHED = 4_096;
    private static final int MAX_NAME_CHARACTERS = 300;

    private final String version;
    private final @Nullable PriceTable own;
    private final @Nullable PriceTable builtIn;
    private final Map<String, Optional<Found>> cache = new ConcurrentHashMap<>();

    /**
     * Creates a list.
     *
     * @param version the version that spans with an estimated cost record
     * @param own the prices that take precedence; null for none
     * @param builtIn the prices of other models; null for none, which makes a list without any estimate
     */
    public PriceList(String version, @Nullable PriceTable own, @Nullable PriceTable builtIn) {
        this.version = version;
        this.own = own;
        this.builtIn = builtIn;
    }

    /** Returns the version that spans with an estimated cost record. */
    public String version() {
        return version;
    }

    /** Returns this list with prices that take precedence. */
    public PriceList overruledBy(PriceTable table) {
        return new PriceList(table.version() + "+" + version, table, builtIn);
    }

    /** Returns an estimate in US dollars; null without tokens, or without a price for the model in this tier of service. */
    @Nullable
    Double estimate(Cost.ModelCall call, Usage usage) {
        if (usage.prompt() == null && usage.completion() == null) {
            return null;
        }
        Found found = find(call);
        if (found == null) {
            return null;
        }
        long prompt = Counts.orZero(usage.prompt());
        String tier = usage.details().tier();
        Price price = found.history.at(call.time(), prompt, tier);
        if (price == null && found.own) {
            // A contract without prices for a tier holds for all of them.
            price = found.history.at(call.time(), prompt, ServiceTier.STANDARD);
        }
        // Removes the rounding errors of binary fractions: 0.0000001 instead of 1.0000000000000001E-7.
        return price == null
                ? null
                : Double.valueOf(BigDecimal.valueOf(price.of(usage))
                        .round(SIGNIFICANT_DIGITS)
                        .doubleValue());
    }

    /**
     * Prices that were found.
     *
     * @param own whether they are from the user's file
     */
    record Found(PriceTable.History history, boolean own) {}

    /** Returns the prices of the model that responded, else of the one that was asked; null if neither is listed. */
    @Nullable
    Found find(Cost.ModelCall call) {
        String provider = call.provider() == null ? "" : call.provider().name();
        Found ofResponse = find(provider, call.responseModel());
        return ofResponse != null ? ofResponse : find(provider, call.requestModel());
    }

    private @Nullable Found find(String provider, @Nullable String model) {
        if (model == null || builtIn == null || model.length() + provider.length() > MAX_NAME_CHARACTERS) {
            return null;
        }
        String key = provider + "\n" + model;
        Optional<Found> cached = cache.get(key);
        if (cached == null) {
            cached = Optional.ofNullable(lookUp(provider, model));
            if (cache.size() < MAX_CACHED) {
                cache.put(key, cached);
            }
        }
        return cached.orElse(null);
    }

    private @Nullable Found lookUp(String provider, String model) {
        ModelName name = ModelName.of(model);
        List<String> sellers = Sellers.of(provider, name);
        PriceTable.History history = own == null ? null : lookUp(own, provider, model, name, sellers);
        if (history != null) {
            return new Found(history, true);
        }
        history = builtIn == null ? null : lookUp(builtIn, provider, model, name, sellers);
        return history == null ? null : new Found(history, false);
    }

    private static PriceTable.@Nullable History lookUp(
            PriceTable table, String provider, String model, ModelName name, List<String> sellers) {
        PriceTable.History history = table.findExact(provider, model);
        for (String seller : sellers) {
            history = history != null ? history : table.find(seller, name);
        }
        history = history != null ? history : table.findExact("", model);
        return history != null ? history : table.find("", name);
    }
}
