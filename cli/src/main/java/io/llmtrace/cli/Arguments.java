package io.llmtrace.cli;

import io.llmtrace.model.Ids;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.Severity;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.storage.Order;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How the values of options are read. */
final class Arguments {

    private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?) ?(ms|s|m|h|d|w)");

    private Arguments() {}

    /** @param now what {@code 2h} is counted back from */
    static Instant parseTime(String text, Instant now) {
        Matcher ago = AMOUNT.matcher(text);
        if (ago.matches()) {
            return now.minus(durationOf(ago));
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

    /** Milliseconds of {@code 250ms}, {@code 2.5s}, or of a bare number, which is milliseconds already. */
    static long parseMillis(String text) {
        Matcher amount = AMOUNT.matcher(text);
        if (amount.matches()) {
            return durationOf(amount).toMillis();
        }
        if (text.matches("[0-9]{1,18}")) {
            return Long.parseLong(text);
        }
        throw new IllegalArgumentException(
                "not a duration such as 250ms, 2.5s, 1m or 1500 (milliseconds): '" + text + "'");
    }

    private static Duration durationOf(Matcher amount) {
        double count = Double.parseDouble(amount.group(1));
        long millisOfUnit = switch (amount.group(2)) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            case "d" -> 86_400_000;
            default -> 7 * 86_400_000L;
        };
        return Duration.ofMillis(Math.round(count * millisOfUnit));
    }

    private static <T> T convert(String text, java.util.function.Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    static final class Time implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String text) {
            return Arguments.convert(text, value -> parseTime(value, Instant.now()));
        }
    }

    static final class Millis implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            return Arguments.convert(text, Arguments::parseMillis);
        }
    }

    static final class TraceId implements ITypeConverter<UUID> {
        @Override
        public UUID convert(String text) {
            return Arguments.convert(text, Ids::parseTraceId);
        }
    }

    static final class SpanId implements ITypeConverter<UUID> {
        @Override
        public UUID convert(String text) {
            return Arguments.convert(text, Ids::parseSpanId);
        }
    }

    static final class Kind implements ITypeConverter<SpanKind> {
        @Override
        public SpanKind convert(String text) {
            return Arguments.convert(text, SpanKind::ofText);
        }
    }

    static final class Status implements ITypeConverter<SpanStatus> {
        @Override
        public SpanStatus convert(String text) {
            return Arguments.convert(text, SpanStatus::ofText);
        }
    }

    static final class OfSeverity implements ITypeConverter<Severity> {
        @Override
        public Severity convert(String text) {
            return Arguments.convert(text, Severity::ofText);
        }
    }

    static final class Provider implements ITypeConverter<LlmProvider> {
        @Override
        public LlmProvider convert(String text) {
            return Arguments.convert(text, LlmProvider::new);
        }
    }

    static final class Ordering implements ITypeConverter<Order> {
        @Override
        public Order convert(String text) {
            return Arguments.convert(text, Order::ofText);
        }
    }
}
