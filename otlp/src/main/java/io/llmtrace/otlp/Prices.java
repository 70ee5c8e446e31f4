package io.llmtrace.otlp;

import io.llmtrace.otlp.internal.usage.PriceList;
import io.llmtrace.otlp.internal.usage.PriceTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The prices of tokens, by provider, model, time, length of the prompt and tier of service. The built-in ones ({@code prices.csv}) are public list
 * prices; a file of the user takes precedence ({@link #read}). Immutable and thread-safe.
 */
public final class Prices {

    /** No prices: costs are never estimated. */
    public static final Prices NONE = new Prices(new PriceList("none", null, null));

    private static final String RESOURCE = "prices.csv";

    private final PriceList list;

    private Prices(PriceList list) {
        this.list = list;
    }

    /** Returns the prices that come with this version of llmtrace. */
    public static Prices builtIn() {
        return BuiltIn.PRICES;
    }

    /**
     * Reads prices from a file. The built-in ones apply to models that it does not have.
     *
     * @param csv a file in the format of the built-in {@code prices.csv}, whose first lines explain it
     * @throws IllegalArgumentException naming file and line, if the file cannot be read or is wrong
     */
    public static Prices read(Path csv) {
        try {
            PriceTable own = PriceTable.parse(Files.readString(csv), csv.toString());
            return new Prices(builtIn().list.overruledBy(own));
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read " + csv + ": " + e, e);
        }
    }

    /** Loads the built-in prices on first use. */
    private static final class BuiltIn {
        static final Prices PRICES = load();

        private static Prices load() {
            try (InputStream in = Prices.class.getResourceAsStream(RESOURCE)) {
                PriceTable table = PriceTable.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), RESOURCE);
                return new Prices(new PriceList(table.version(), null, table));
            } catch (IOException e) {
                throw new UncheckedIOException(RESOURCE, e);
            }
        }
    }

    /** Returns the version. A span with an estimated cost records it. */
    public String version() {
        return list.version();
    }

    PriceList list() {
        return list;
    }
}
