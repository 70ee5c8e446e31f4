package io.llmtrace.cli.options;

import io.llmtrace.cli.settings.Quantities;
import io.llmtrace.model.Ids;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.RetentionBasis;
import io.llmtrace.storage.analytics.Ranking;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parsers of option values. */
public final class Arguments {

    private Arguments() {}

    /**
     * Parses a point in time, or a duration that ends now.
     *
     * @param now the time from which {@code 2h} is counted back
     */
    static Instant parseTime(String text, Instant now) {
        Optional<Duration> ago = Quantities.duration(text);
        if (ago.isPresent()) {
            return now.minus(ago.get());
        }
        try {
            return text.indexOf('T') < 0
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "not a time such as 2026-01-31T09:30:00Z, 2026-01-31 (midnight UTC) or 2h (two hours ago): '" + text
                            + "'",
                    e);
        }
    }

    /** Parses a duration such as {@code 250ms} or {@code 2.5s}, in milliseconds if it has no unit. */
    static long parseMillis(String text) {
        try {
            return Quantities.parseDuration(text).toMillis();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + ": '" + text + "'", e);
        }
    }

    static <T> T convert(String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    public static final class Time implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String text) {
            return Arguments.convert(text, value -> parseTime(value, Instant.now()));
        }
    }

    public static final class TraceId implements ITypeConverter<UUID> {
        @Override
        public UUID convert(String text) {
            return Arguments.convert(text, Ids::parseTraceId);
        }
    }

    public static final class SpanId implements ITypeConverter<UUID> {
        @Override
        public UUID convert(String text) {
            return Arguments.convert(text, Ids::parseSpanId);
        }
    }

    /**
     * The order of a list.
     *
     * @param time that of the pages; newest first if the list is ranked
     * @param ranking null for an order of time
     */
    public record ListOrder(Order time, @Nullable Ranking ranking) {}

    public static final class Ordering implements ITypeConverter<ListOrder> {
        @Override
        public ListOrder convert(String text) {
            List<String> names = new ArrayList<>();
            for (Order order : Order.values()) {
                if (order.text().equals(text)) {
                    return new ListOrder(order, null);
                }
                names.add(order.text());
            }
            for (Ranking ranking : Ranking.values()) {
                if (ranking.text().equals(text)) {
                    return new ListOrder(Order.NEWEST_FIRST, ranking);
                }
                names.add(ranking.text());
            }
            throw new TypeConversionException("not an order " + names + ": '" + text + "'");
        }
    }

    public static final class Age implements ITypeConverter<RetentionBasis> {
        @Override
        public RetentionBasis convert(String text) {
            return Arguments.convert(text, RetentionBasis::ofText);
        }
    }
}
