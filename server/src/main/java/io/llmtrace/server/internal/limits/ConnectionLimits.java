package io.llmtrace.server.internal.limits;

import com.linecorp.armeria.server.ServerBuilder;
import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * What the clients of one server may do with connections, before a request of theirs is read. Set here even where they are Armeria's
 * defaults, which its next version may change. Netty limits the rest by itself: 16 small CONTINUATION frames and 2 empty DATA frames in
 * a row, 200 streams in 30 s that break a rule, 10,000 answers to PING and SETTINGS that are not taken; each ends the connection.
 */
public final class ConnectionLimits {

    /** How many requests one HTTP/2 connection may have at a time. gRPC clients let further ones wait. */
    public static final int MAX_STREAMS = 256;

    /** A client that cancels more requests in {@value #RESET_WINDOW_SECONDS} s, before they are answered, loses the connection. */
    public static final int MAX_RESETS = 400;

    static final int RESET_WINDOW_SECONDS = 60;

    /** The most connections, also where the process may open many more files. */
    static final int MAX_CONNECTIONS = 10_000;

    /** A connection without a request for so long is closed, also while the head of one arrives piece by piece. */
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(15);

    /** The largest method, address and version of an HTTP/1 request together. */
    public static final int MAX_REQUEST_LINE_BYTES = 16 << 10;

    /** The largest headers of an HTTP/1 request together. */
    public static final int MAX_HEADER_BYTES = 16 << 10;

    private ConnectionLimits() {}

    /** Sets the limits of a server that is being built. */
    public static void addTo(ServerBuilder builder) {
        builder.maxNumConnections(connectionsFor(openFiles()))
                .idleTimeout(IDLE_TIMEOUT)
                .http1MaxInitialLineLength(MAX_REQUEST_LINE_BYTES)
                .http1MaxHeaderSize(MAX_HEADER_BYTES)
                // The path is one of the headers in HTTP/2.
                .http2MaxHeaderListSize(MAX_REQUEST_LINE_BYTES + MAX_HEADER_BYTES)
                .http2MaxStreamsPerConnection(MAX_STREAMS)
                .http2MaxResetFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS);
    }

    /** Returns how many connections leave half of the files that the process may open for the store, the spool and their clients. */
    static int connectionsFor(long openFiles) {
        return (int) Math.max(1, Math.min(MAX_CONNECTIONS, openFiles / 2));
    }

    /** Returns how many files the process may open; on Windows, where sockets are no files, there is no limit. */
    private static long openFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }
}
