package io.llmtrace.otlp;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.List;
import java.util.Map;
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

    /** As OpenAI's clients begin their messages: {@code 429: …} in Java, {@code Error code: 429} in Python. */
    private static final List<Pattern> IN_MESSAGE = List.of(
            Pattern.compile("^([45]\\d\\d): "),
            Pattern.compile("(?:Error code|status(?: code)?)[: ]+([1-5]\\d\\d)\\b", Pattern.CASE_INSENSITIVE));

    static Outcome of(SpanView view) {
        Status status = view.span.getStatus();
        Integer httpStatus = httpStatus(view);
        if (status.getCode() == Status.StatusCode.STATUS_CODE_OK) {
            return new Outcome(httpStatus != null && httpStatus >= FIRST_ERROR_STATUS ? null : httpStatus, null);
        }
        String type = GenAiFields.ERROR_TYPE.of(view);
        if (status.getCode() != Status.StatusCode.STATUS_CODE_ERROR && type == null) {
            return new Outcome(httpStatus, null);
        }
        String message = message(view, type);
        return new Outcome(httpStatus == null ? inMessage(message) : httpStatus, message);
    }

    private static @Nullable Integer httpStatus(SpanView view) {
        Long status = GenAiFields.HTTP_STATUS.of(view);
        if (status != null && status <= 65_535) {
            return status.intValue();
        }
        String type = GenAiFields.ERROR_TYPE.of(view);
        return type != null && HTTP_STATUS.matcher(type).matches() ? Integer.valueOf(type) : null;
    }

    private static String message(SpanView view, @Nullable String type) {
        if (!view.span.getStatus().getMessage().isEmpty()) {
            return view.span.getStatus().getMessage();
        }
        String message = GenAiFields.ERROR_MESSAGE.of(view);
        List<Map<String, AnyValue>> exceptions = view.events("exception");
        if (message == null && !exceptions.isEmpty()) {
            Map<String, AnyValue> last = exceptions.get(exceptions.size() - 1);
            message = Decode.text(last.get("exception.message"));
            message = message == null ? Decode.text(last.get("exception.type")) : message;
        }
        if (message != null) {
            return message;
        }
        return type == null ? "" : type;
    }

    private static @Nullable Integer inMessage(String message) {
        for (Pattern form : IN_MESSAGE) {
            Matcher matcher = form.matcher(message);
            if (matcher.find()) {
                return Integer.valueOf(matcher.group(1));
            }
        }
        return null;
    }
}
