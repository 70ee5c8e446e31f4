package io.llmtrace.otlp;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One file of prices.
 *
 * <pre>
 *   # version: 2026-11-20
 *   # provider,model,from,over,input,output,cache_read,cache_write,reasoning
 *   OpenAI,gpt-4o,,,2.5,10,1.25,,
 *   gcp.gemini,gemini-2.5-pro,,,1.25,10,0.125,,
 *   gcp.gemini,gemini-2.5-pro,,200000,2.5,15,0.25,,      for prompts of more than 200,000 tokens
 * </pre>
 *
 * US dollars for a million tokens. {@code from} is the first day, in UTC, on which the price holds; the earliest of a model
 * holds before, too. Without a price of their own, tokens of the cache cost what input costs, reasoning what output costs.
 * An empty provider stands for any.
 */
final class PriceTable {

    private static final String VERSION = "# version:";
    private static final int COLUMNS = 9;

    /** {@code us.} and the like, as Bedrock puts before a model; the name of the provider, as routers do. */
    private static final Pattern BEFORE = Pattern.compile("^(?:.*/|(?:us|eu|apac|global|us-gov|jp|au)\\.)");

    /** {@code -2024-08-06}, {@code -20240620}, {@code -v1:0}, {@code @default}, {@code -latest}, {@code :free} */
    private static final Pattern AFTER =
            Pattern.compile("(?:-\\d{4}-\\d{2}-\\d{2}|-\\d{8}|-v\\d+(?::\\d+)?|@.*|-latest|-preview|:.*)$");

    /** Who made a model, where nobody says who serves it. */
    private static final List<String> MAKERS =
            List.of("OpenAI", "Anthropic", "gcp.gemini", "mistral_ai", "cohere", "deepseek", "x_ai");

    private final String version;
    private final Map<String, History> exact;
    private final Map<String, History> plain;

    private PriceTable(String version, Map<String, History> exact, Map<String, History> plain) {
        this.version = version;
        this.exact = exact;
        this.plain = plain;
    }

    /** For a million tokens, from a time on, for prompts of more than so many tokens. */
    record Price(
            Instant from, long over, double input, double output, double cacheRead, double cacheWrite, double reasoning) {}

    /** The prices of a model, by time and then by length. */
    record History(List<Price> prices) {
        History {
            prices = prices.stream()
                    .sorted(Comparator.comparing(Price::from).thenComparing(Price::over))
                    .toList();
        }

        Price at(Instant time, long promptTokens) {
            Instant from = prices.get(0).from();
            for (Price price : prices) {
                from = price.from().isAfter(time) ? from : price.from();
            }
            Price best = null;
            for (Price price : prices) {
                boolean fits = best == null || promptTokens > price.over();
                best = price.from().equals(from) && fits ? price : best;
            }
            return best == null ? prices.get(0) : best;
        }
    }

    /** @throws IllegalArgumentException naming file and line */
    static PriceTable parse(String csv, String name) {
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
            throw new IllegalArgumentException(name + ": no line '" + VERSION + " …'; spans keep it with their costs");
        }
        Map<String, History> exact = new HashMap<>();
        prices.forEach((key, list) -> exact.put(key, new History(list)));
        return new PriceTable(version, exact, plainNames(exact));
    }

    String version() {
        return version;
    }

    /** @param provider empty if nobody said who it is */
    @Nullable
    History find(String provider, String model) {
        for (String candidate : provider.isEmpty() ? MAKERS : List.of(provider)) {
            History history = exact.get(key(candidate, model));
            history = history != null ? history : plain.get(key(candidate, plainName(model)));
            if (history != null) {
                return history;
            }
        }
        History ofAny = exact.get(key("", model));
        return ofAny != null ? ofAny : plain.get(key("", plainName(model)));
    }

    /** Without provider, region, date and version. */
    static String plainName(String model) {
        String name = BEFORE.matcher(model.strip().toLowerCase(Locale.ROOT)).replaceFirst("");
        String shorter = AFTER.matcher(name).replaceFirst("");
        while (!shorter.equals(name) && !shorter.isEmpty()) {
            name = shorter;
            shorter = AFTER.matcher(name).replaceFirst("");
        }
        return name;
    }

    /** Of several that differ in the date only, the latest stands for all: its name is the last. */
    private static Map<String, History> plainNames(Map<String, History> exact) {
        Map<String, History> plain = new HashMap<>();
        exact.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(entry -> {
            String[] parts = entry.getKey().split("\n", 2);
            plain.put(key(parts[0], plainName(parts[1])), entry.getValue());
        });
        // A model that has the plain name itself goes before those.
        exact.forEach((key, history) -> plain.computeIfPresent(key, (k, other) -> history));
        return plain;
    }

    private static void addLine(String line, Map<String, List<Price>> to) {
        String[] fields = line.split(",", -1);
        if (fields.length != COLUMNS) {
            throw new IllegalArgumentException("expected " + COLUMNS + " columns, got " + fields.length);
        }
        if (fields[1].isBlank()) {
            throw new IllegalArgumentException("no model");
        }
        double input = amount(fields[4], 0);
        double output = amount(fields[5], 0);
        Price price = new Price(
                fields[2].isBlank()
                        ? Instant.MIN
                        : LocalDate.parse(fields[2].strip()).atStartOfDay(ZoneOffset.UTC).toInstant(),
                fields[3].isBlank() ? 0 : Long.parseLong(fields[3].strip()),
                input,
                output,
                amount(fields[6], input),
                amount(fields[7], input),
                amount(fields[8], output));
        to.computeIfAbsent(key(fields[0].strip(), fields[1].strip()), k -> new ArrayList<>())
                .add(price);
    }

    private static double amount(String text, double otherwise) {
        double amount = text.isBlank() ? otherwise : Double.parseDouble(text.strip());
        if (!(amount >= 0 && Double.isFinite(amount))) {
            throw new IllegalArgumentException("no price: '" + text + "'");
        }
        return amount;
    }

    private static String key(String provider, String model) {
        return provider.toLowerCase(Locale.ROOT) + "\n" + model.toLowerCase(Locale.ROOT);
    }
}
