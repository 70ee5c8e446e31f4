package io.llmtrace.otlp.internal.wire;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Signals a body that is not OTLP's JSON; the message states the reason and the location, and quotes no content. */
public final class MalformedJsonException extends IOException {

    private static final long serialVersionUID = 1L;

    MalformedJsonException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
