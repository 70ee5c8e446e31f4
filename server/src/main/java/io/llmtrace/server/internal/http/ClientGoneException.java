package io.llmtrace.server.internal.http;

import java.io.IOException;

/** Thrown while a response is sent that nobody reads any more. */
public final class ClientGoneException extends IOException {
    private static final long serialVersionUID = 1L;

    ClientGoneException() {}

    ClientGoneException(Throwable cause) {
        super(cause);
    }
}
