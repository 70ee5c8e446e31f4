package io.llmtrace.cli.options;

import io.llmtrace.cli.settings.Quantities;
import io.llmtrace.model.Ids;
import io.llmtrace.storage.Order;
import io.llmtrace.storage.RetentionBasis;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
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

    public static final class Ordering implements ITypeConverter<Order> {
        @Override
        public Order convert(String text) {
            return Arguments.convert(text, Order::ofText);
        }
    }

    public static final class Age implements ITypeConverter<RetentionBasis> {
        @Override
        public RetentionBasis convert(String text) {
            return Arguments.convert(text, RetentionBasis::ofText);
        }
    }
}
