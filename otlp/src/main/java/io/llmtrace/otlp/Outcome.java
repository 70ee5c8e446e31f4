package io.llmtrace.otlp;

import io.llmtrace.model.SpanKind;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether a call failed, and how. A status of ok is final; a recorded exception alone is no error, since it may have been
 * handled.
 */
record Outcome(@Nullable Integer httpStatus, @Nullable String errorMessage) {

    private static final int FIRST_ERROR_STATUS = 400;
    private static final Pattern HTTP_STATUS = Pattern.compile("[1-5]\\d\\d");
    private static final MappingFile TABLE = MappingTable.get().file();
    private static final List<Pattern> IN_MESSAGE =
            TABLE.statusInMessage().stream().map(Pattern::compile).toList();

    /** A status stands at the beginning, or nowhere. */
    private static final int MAX_SEARCHED_CHARACTERS = 2_000;

    /** {@code com.openai.errors.RateLimitException} and {@code RateLimitError}: the name, and what stands around it. */
    private static final Pattern ERROR_TYPE = Pattern.compile("(?:.*[.$])?([A-Za-z]+?)(?:Status)?(?:Error|Exception)");

    private static final int MAX_TYPE_CHARACTERS = 200;

    /** Elsewhere, NotFoundException may be anything. */
    private static final Set<SpanKind> CALLS = EnumSet.of(SpanKind.LLM, SpanKind.EMBEDDING, SpanKind.RERANKER);

    static Outcome of(SpanView view, SpanKind kind) {
        Status status = view.span.getStatus();
        String type = errorType(view);
        Integer httpStatus = httpStatus(view, type);
        if (status.getCode() == Status.StatusCode.STATUS_CODE_OK) {
            return new Outcome(httpStatus != null && httpStatus >= FIRST_ERROR_STATUS ? null : httpStatus, null);
        }
        if (status.getCode() != Status.StatusCode.STATUS_CODE_ERROR && type == null && !saysFailed(view)) {
            return new Outcome(httpStatus, null);
        }
        String message = message(view, type);
        if (httpStatus != null) {
            return new Outcome(httpStatus, message);
        }
        Integer inMessage = inMessage(message);
        Integer ofType = inMessage == null && CALLS.contains(kind) ? ofType(view, type) : null;
        if (inMessage != null || ofType != null) {
            view.decisions.note("http_status", inMessage != null ? "error_message" : "error_type");
        }
        return new Outcome(inMessage != null ? inMessage : ofType, message);
    }

    private static @Nullable Integer httpStatus(SpanView view, @Nullable String type) {
        Long status = view.first(Target.HTTP_STATUS);
        if (status != null && status <= 65_535) {
            return status.intValue();
        }
        return type != null && HTTP_STATUS.matcher(type).matches() ? Integer.valueOf(type) : null;
    }

    /** OpenTelemetry's {@code _OTHER} says less than the name of the exception. */
    private static @Nullable String errorType(SpanView view) {
        String type = view.first(Target.ERROR_TYPE);
        String exception = "_OTHER".equals(type) ? ofException(view, "exception.type") : null;
        return exception == null ? type : exception;
    }

    private static boolean saysFailed(SpanView view) {
        for (MappingFile.KeyValue sign : TABLE.failed()) {
            String value = Decode.identifier(Decode.unquoted(view.attribute(sign.key())));
            if (value != null && value.equalsIgnoreCase(sign.value())) {
                return true;
            }
        }
        return false;
    }

    private static String message(SpanView view, @Nullable String type) {
        if (!view.span.getStatus().getMessage().isEmpty()) {
            return view.span.getStatus().getMessage();
        }
        String message = view.first(Target.ERROR_MESSAGE);
        message = message != null ? message : ofException(view, "exception.message");
        message = message != null ? message : ofException(view, "exception.type");
        message = message != null ? message : type;
        return message == null ? "" : message;
    }

    private static @Nullable String ofException(SpanView view, String key) {
        List<Map<String, AnyValue>> exceptions = view.events("exception");
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

    private static @Nullable Integer ofType(SpanView view, @Nullable String type) {
        Integer status = ofType(type);
        return status != null ? status : ofType(ofException(view, "exception.type"));
    }

    private static @Nullable Integer ofType(@Nullable String type) {
        if (type == null || type.length() > MAX_TYPE_CHARACTERS) {
            return null;
        }
        Matcher matcher = ERROR_TYPE.matcher(type);
        return matcher.matches() ? TABLE.statusOfErrorType().get(matcher.group(1)) : null;
    }
}
