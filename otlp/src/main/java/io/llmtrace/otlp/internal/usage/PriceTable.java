package io.llmtrace.otlp.internal.usage;

import io.llmtrace.otlp.internal.usage.Price.Part;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The prices of one file.
 *
 * <pre>
 *   # version: 2026-11-20
 *   # provider,model,from,over,input,output,cache_read,cache_write,reasoning,tier,cache_write_1h,input_audio,output_audio,…
 *   OpenAI,gpt-5.4,,,2.5,15,0.25,,
 *   OpenAI,gpt-5.4,,272000,5,22.5,0.5,,               for prompts of more than 272,000 tokens
 *   OpenAI,gpt-5.4,,,1.25,7.5,0.13,,,flex             in the flex tier
 *   OpenAI,gpt-realtime,,,4,16,0.4,,,,,32,64          32 for audio in the input, 64 for audio in the output
 * </pre>
 *
 * Prices are in US dollars for a million tokens. {@code from} is the first day, in UTC, on which a price is valid; the earliest
 * price of a model is also valid before its day. All lines of a model with the same day replace those of earlier days. A part without
 * a price of its own costs as much as the input, the output, or what else it is a kind of ({@link Part}). An empty provider matches
 * any provider. Columns after {@code reasoning} may be left out.
 */
public final class PriceTable {

    private static final String VERSION = "# version:";
    private static final int LEAST_COLUMNS = 9;
    private static final int MOST_COLUMNS = 16;
    private static final int TIER = 9;
    private static final Set<String> TIERS = Set.of(ServiceTier.STANDARD, "batch", "flex", "priority");

    private final String version;
    private final Map<String, History> exact;
    private final Map<String, History> forms;

    private PriceTable(String version, Map<String, History> exact, Map<String, History> forms) {
        this.version = version;
        this.exact = exact;
        this.forms = forms;
    }

    /**
     * The prices of a model, sorted by time and then by the length of the prompt.
     *
     * @param name provider and model, separated by a line break, in lower case
     */
    record History(String name, List<Price> prices) {
        History {
            prices = prices.stream()
                    .sorted(Comparator.comparing(Price::from).thenComparing(Price::over))
                    .toList();
        }

        /** Returns the price of a call; null if there is none for this tier at that time. */
        @Nullable
        Price at(Instant time, long promptTokens, String tier) {
            Instant from = prices.get(0).from();
            for (Price price : prices) {
                from = price.from().isAfter(time) ? from : price.from();
            }
            Price best = null;
            for (Price price : prices) {
                boolean fits = best == null || promptTokens > price.over();
                best = price.from().equals(from) && price.tier().equals(tier) && fits ? price : best;
            }
            return best;
        }
    }

    /**
     * Parses a file.
     *
     * @param name the name of the file, for messages
     * @throws IllegalArgumentException naming file and line
     */
    public static PriceTable parse(String csv, String name) {
        String version = "";
        Map<String, List<Price>> prices = new HashMap<>();
        int number = 0;
        for (String line : csv.lines().toList()) {
            number++;
            if (line.startsWith(VERSION)) {
                version = line.substring(VERSION.length()).strip().replace(' ', '_');
            }
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            try {
                addLine(line, prices);
            } catch (IllegalArgumentException | DateTimeParseException e) {
                throw new IllegalArgumentException(name + ", line " + number + ": " + e.getMessage(), e);
            }
        }
        if (version.isEmpty() || version.length() > 60) {
            throw new IllegalArgumentException(
                    name + ": no line '" + VERSION + " …', which spans keep with their costs");
        }
        Map<String, History> exact = new HashMap<>();
        prices.forEach((key, list) -> exact.put(key, new History(key, list)));
        return new PriceTable(version, exact, byForms(exact));
    }

    /** Returns the version of the file, which spans with an estimated cost record. */
    public String version() {
        return version;
    }

    /** Returns the prices of a model under exactly this name; null if there are none. */
    @Nullable
    History findExact(String provider, String model) {
        return exact.get(key(provider, model));
    }

    /**
     * Returns the prices of a model in any form of its name; null if there are none.
     *
     * @param provider the provider; empty for the lines without one
     */
    @Nullable
    History find(String provider, ModelName model) {
        for (String form : model.forms()) {
            History history = forms.get(key(provider, form));
            if (history != null) {
                return history;
            }
        }
        return null;
    }

    /**
     * Indexes the models by the forms of their names. A more specific form takes precedence over a general one of another model. Of
     * models that differ only in the date, the latest one counts; its name sorts last.
     */
    private static Map<String, History> byForms(Map<String, History> exact) {
        List<String> keys = new ArrayList<>(exact.keySet());
        keys.sort(Comparator.reverseOrder());
        Map<String, History> forms = new HashMap<>();
        int specific = 0;
        boolean more = true;
        while (more) {
            more = false;
            for (String key : keys) {
                String[] parts = key.split("\n", 2);
                List<String> ofModel = ModelName.of(parts[1]).forms();
                if (specific < ofModel.size()) {
                    more = true;
                    forms.putIfAbsent(key(parts[0], ofModel.get(specific)), exact.get(key));
                }
            }
            specific++;
        }
        return forms;
    }

    private static void addLine(String line, Map<String, List<Price>> to) {
        String[] fields = line.split(",", -1);
        if (fields.length < LEAST_COLUMNS || fields.length > MOST_COLUMNS) {
            throw new IllegalArgumentException(
                    "expected " + LEAST_COLUMNS + " to " + MOST_COLUMNS + " columns, got " + fields.length);
        }
        if (fields[1].isBlank()) {
            throw new IllegalArgumentException("no model");
        }
        Map<Part, Double> amounts = new EnumMap<>(Part.class);
        for (Part part : Part.values()) {
            if (part.column < fields.length && !fields[part.column].isBlank()) {
                amounts.put(part, amount(fields[part.column].strip()));
            }
        }
        Price price = new Price(
                fields[2].isBlank()
                        ? Instant.MIN
                        : LocalDate.parse(fields[2].strip())
                                .atStartOfDay(ZoneOffset.UTC)
                                .toInstant(),
                fields[3].isBlank() ? 0 : Long.parseLong(fields[3].strip()),
                fields.length > TIER ? tier(fields[TIER].strip()) : ServiceTier.STANDARD,
                amounts);
        to.computeIfAbsent(key(fields[0].strip(), fields[1].strip()), k -> new ArrayList<>())
                .add(price);
    }

    private static String tier(String name) {
        if (!TIERS.contains(name)) {
            throw new IllegalArgumentException("tier not in [batch, flex, priority]: '" + name + "'");
        }
        return name;
    }

    private static double amount(String text) {
        double amount = Double.parseDouble(text);
        if (!(amount >= 0 && Double.isFinite(amount))) {
            throw new IllegalArgumentException("not a price: '" + text + "'");
        }
        return amount;
    }

    private static String key(String provider, String model) {
        return provider.toLowerCase(Locale.ROOT) + "\n" + model.toLowerCase(Locale.ROOT);
    }
}
