package io.llmtrace.server;

/** Thrown when the server cannot listen on a port. The message names the port and the setting to change. */
public final class ServerStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ServerStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
