package io.llmtrace.samples;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A way in which a call of a model fails. */
enum Mishap {
    RATE_LIMIT(
            429,
            "RateLimitError",
            "Rate limit reached for %s: limit 200000 tokens per minute. Try again in %d ms.",
            300),
    TIMEOUT(null, "ReadTimeout", "%s: no answer within %d ms", 60_000),
    OVERLOADED(529, "OverloadedError", "%s is overloaded, request id req_%d", 900),
    SERVER_ERROR(500, "InternalServerError", "The server had an error while %s processed the request (%d)", 2_400),
    CONTEXT_LENGTH(400, "BadRequestError", "This model's maximum context length is exceeded: %s, %d tokens", 150);

    private final @Nullable Integer statusCode;
    private final String errorType;
    private final String message;
    private final int durationMs;

    Mishap(@Nullable Integer statusCode, String errorType, String message, int durationMs) {
        this.statusCode = statusCode;
        this.errorType = errorType;
        this.message = message;
        this.durationMs = durationMs;
    }

    /** Returns the HTTP status, or null if there was no answer. */
    @Nullable
    Integer statusCode() {
        return statusCode;
    }

    String errorType() {
        return errorType;
    }

    String message(String model, Dice dice) {
        return String.format(Locale.ROOT, message, model, dice.between(1_000, 250_000));
    }

    long durationMs(Dice dice) {
        return this == TIMEOUT ? durationMs : dice.around(durationMs, 0.4);
    }

    /** Returns whether the failure is temporary, so that a retry may succeed. */
    boolean passes() {
        return this != CONTEXT_LENGTH;
    }
}
