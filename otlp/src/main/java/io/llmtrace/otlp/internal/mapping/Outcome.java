package io.llmtrace.otlp.internal.mapping;

import io.llmtrace.model.SpanKind;
import io.llmtrace.otlp.internal.wire.Decode;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether a call failed, and how. A call with the status ok did not fail, whatever its attributes say. An exception event alone
 * does not mean failure, since the exception may have been handled.
 *
 * @param httpStatus the HTTP status; null if it cannot be determined
 * @param errorMessage the message of a call that failed, empty if it has none; null for a call that did not fail
 */
public record Outcome(
        @Nullable Integer httpStatus, @Nullable String errorMessage) {

    private static final int FIRST_ERROR_STATUS = 400;
    private static final Pattern HTTP_STATUS = Pattern.compile("[1-5]\\d\\d");
    private static final MappingFile TABLE = MappingTable.get().file();
    private static final List<Pattern> IN_MESSAGE =
            TABLE.statusInMessage().stream().map(Pattern::compile).toList();

    /** If a message contains a status at all, it is near the beginning; searching megabytes for one would be slow. */
    private static final int MAX_SEARCHED_CHARACTERS = 2_000;

    /**
     * Captures the part of an exception's name that implies a status: {@code RateLimit} in
     * {@code com.openai.errors.RateLimitException}.
     */
    private static final Pattern ERROR_TYPE = Pattern.compile("(?:.*[.$])?([A-Za-z]+?)(?:Status)?(?:Error|Exception)");

    private static final int MAX_TYPE_CHARACTERS = 200;

    private static final Set<String> GENERIC = Set.copyOf(TABLE.genericMessages());
    private static final Pattern TRAILING_MARKS = Pattern.compile("[.!:]+$");

    /** Spans that are HTTP calls: only there does, for example, a NotFoundException imply the status 404. */
    private static final Set<SpanKind> CALLS = EnumSet.of(SpanKind.LLM, SpanKind.EMBEDDING, SpanKind.RERANKER);

    /** Returns the outcome of a span. If the HTTP status was inferred from a message or type, records which. */
    public static Outcome of(OtlpSpan span, SpanKind kind) {
        Status status = span.message().getStatus();
        String type = errorType(span);
        Integer httpStatus = httpStatus(span, type);
        if (status.getCode() == Status.StatusCode.STATUS_CODE_OK) {
            return new Outcome(httpStatus != null && httpStatus >= FIRST_ERROR_STATUS ? null : httpStatus, null);
        }
        if (status.getCode() != Status.StatusCode.STATUS_CODE_ERROR && type == null && !saysFailed(span)) {
            return new Outcome(httpStatus, null);
        }
        String message = message(span, type);
        if (httpStatus != null) {
            return new Outcome(httpStatus, message);
        }
        Integer inMessage = inMessage(message);
        Integer ofType = inMessage == null && CALLS.contains(kind) ? ofType(span, type) : null;
        if (inMessage != null || ofType != null) {
            span.decisions().record("http_status", inMessage != null ? "error_message" : "error_type");
        }
        return new Outcome(inMessage != null ? inMessage : ofType, message);
    }

    private static @Nullable Integer httpStatus(OtlpSpan span, @Nullable String type) {
        Long status = span.first(MappedField.HTTP_STATUS);
        if (status != null && status <= 65_535) {
            return status.intValue();
        }
        return type != null && HTTP_STATUS.matcher(type).matches() ? Integer.valueOf(type) : null;
    }

    /** Returns the type of the error: the name of the exception if OpenTelemetry's type is the unspecific {@code _OTHER}. */
    private static @Nullable String errorType(OtlpSpan span) {
        String type = span.first(MappedField.ERROR_TYPE);
        String exception = "_OTHER".equals(type) ? ofException(span, "exception.type") : null;
        return exception == null ? type : exception;
    }

    private static boolean saysFailed(OtlpSpan span) {
        String event = span.logEvent();
        return TABLE.failed().stream().anyMatch(sign -> holds(sign, span, event));
    }

    private static boolean holds(MappingFile.FailureSign sign, OtlpSpan span, String event) {
        if (sign.event() != null && !NamePattern.of(sign.event()).matches(event)) {
            return false;
        }
        if (sign.key() == null) {
            return true;
        }
        AnyValue value = span.attribute(sign.key());
        return sign.value() == null ? Decode.identifier(value) != null : KindRules.hasValue(value, sign.value());
    }

    /** Returns the first message that says what failed; if all are generic, the first. */
    private static String message(OtlpSpan span, @Nullable String type) {
        String status = span.message().getStatus().getMessage();
        String exceptionType = ofException(span, "exception.type");
        if (!status.isEmpty() && !isGeneric(status, type, exceptionType)) {
            return status;
        }
        String attribute = span.first(MappedField.ERROR_MESSAGE);
        String exception = ofException(span, "exception.message");
        String first = "";
        for (String message : Arrays.asList(status, attribute, exception, exceptionType, type)) {
            if (message != null && !message.isEmpty() && !isGeneric(message, type, exceptionType)) {
                return message;
            }
            first = first.isEmpty() && message != null ? message : first;
        }
        return first;
    }

    /** Returns whether a message says nothing but that there was an error, or only its type. */
    private static boolean isGeneric(String message, @Nullable String type, @Nullable String exceptionType) {
        if (message.length() > MAX_TYPE_CHARACTERS) {
            return false;
        }
        String text = TRAILING_MARKS.matcher(message.strip()).replaceFirst("").toLowerCase(Locale.ROOT);
        return GENERIC.contains(text) || isTypeOf(text, type) || isTypeOf(text, exceptionType);
    }

    /** Returns whether a text is a type, with or without its package. */
    private static boolean isTypeOf(String text, @Nullable String type) {
        if (type == null || type.length() > MAX_TYPE_CHARACTERS) {
            return false;
        }
        String lower = type.toLowerCase(Locale.ROOT);
        return text.equals(lower) || text.equals(lower.substring(lower.lastIndexOf('.') + 1));
    }

    private static @Nullable String ofException(OtlpSpan span, String key) {
        List<Map<String, AnyValue>> exceptions = span.events(List.of("exception"));
        return exceptions.isEmpty()
                ? null
                : Decode.text(exceptions.get(exceptions.size() - 1).get(key));
    }

    private static @Nullable Integer inMessage(String message) {
        String start = message.substring(0, Math.min(message.length(), MAX_SEARCHED_CHARACTERS));
        for (Pattern form : IN_MESSAGE) {
            Matcher matcher = form.matcher(start);
            if (matcher.find()) {
                return Integer.valueOf(matcher.group(1));
            }
        }
        return null;
    }

    private static @Nullable Integer ofType(OtlpSpan span, @Nullable String type) {
        Integer status = ofType(type);
        return status != null ? status : ofType(ofException(span, "exception.type"));
    }

    private static @Nullable Integer ofType(@Nullable String type) {
        if (type == null || type.length() > MAX_TYPE_CHARACTERS) {
            return null;
        }
        Matcher matcher = ERROR_TYPE.matcher(type);
        return matcher.matches() ? TABLE.statusOfErrorType().get(matcher.group(1)) : null;
    }
}
