package io.llmtrace.otlp.internal.mapping;

import io.llmtrace.model.SpanLevel;
import io.llmtrace.otlp.internal.wire.Decode;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the level of a span from a name in any case, or from a severity number of OpenTelemetry, as logfire sends it. */
final class Levels {

    /** The lowest severity numbers of INFO, WARN and ERROR. */
    private static final int INFO = 9;

    private static final int WARN = 13;
    private static final int ERROR = 17;

    private Levels() {}

    static @Nullable SpanLevel of(@Nullable AnyValue value) {
        Long number = Decode.count(value);
        if (number != null) {
            return ofNumber(number);
        }
        String name = Decode.identifier(value);
        return name == null ? null : ofName(name.strip().toLowerCase(Locale.ROOT));
    }

    private static @Nullable SpanLevel ofNumber(long number) {
        if (number >= ERROR) {
            return SpanLevel.ERROR;
        }
        if (number >= WARN) {
            return SpanLevel.WARNING;
        }
        if (number >= INFO) {
            return SpanLevel.DEFAULT;
        }
        return number > 0 ? SpanLevel.DEBUG : null;
    }

    private static @Nullable SpanLevel ofName(String name) {
        return switch (name) {
            case "trace", "debug" -> SpanLevel.DEBUG;
            case "default", "info", "notice" -> SpanLevel.DEFAULT;
            case "warn", "warning" -> SpanLevel.WARNING;
            case "error", "fatal", "critical" -> SpanLevel.ERROR;
            default -> null;
        };
    }
}
