package io.llmtrace.server;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerPort;
import io.llmtrace.server.internal.Services;
import io.llmtrace.server.internal.limits.Acceptor;
import io.llmtrace.server.internal.limits.ConnectionLimits;
import io.llmtrace.storage.TraceRepository;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A running server. The repository belongs to the caller: it stays open when the server is closed. Thread-safe.
 *
 * <pre>{@code
 * try (TraceRepository repository = TraceRepositories.open("sqlite:traces.db");
 *         LlmTraceServer server = LlmTraceServer.start(ServerConfig.defaults(), repository)) {
 *     server.uri(); // http://127.0.0.1:8080
 * }
 * }</pre>
 */
public final class LlmTraceServer implements AutoCloseable {

    /** How long closing waits for the requests that are being served. */
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(10);

    private final ServerConfig config;
    private final Server server;
    private final Services services;
    private final List<Integer> ports;
    private @Nullable StopReport stopped;

    private LlmTraceServer(ServerConfig config, Server server, Services services) {
        this.config = config;
        this.server = server;
        this.services = services;
        // Armeria keeps active ports in the order in which they were configured.
        this.ports = server.activePorts().keySet().stream()
                .map(InetSocketAddress::getPort)
                .toList();
    }

    /**
     * Starts a server with all data in the default tenant.
     *
     * @see #start(ServerConfig, TraceRepository, TenantResolver)
     */
    public static LlmTraceServer start(ServerConfig config, TraceRepository repository) {
        return start(config, repository, TenantResolver.single());
    }

    /**
     * Starts a server, and returns when it accepts connections.
     *
     * @param tenants decides for each request whose data it reads and writes
     * @throws ServerStartException if a port is taken
     * @throws io.llmtrace.storage.UnavailableException if the spool cannot be used
     */
    public static LlmTraceServer start(ServerConfig config, TraceRepository repository, TenantResolver tenants) {
        Objects.requireNonNull(repository, "repository");
        Objects.requireNonNull(tenants, "tenants");
        Services services = new Services(config, repository, tenants);
        ServerBuilder builder = builder(config);
        services.addTo(builder);
        Server server = builder.build();
        try {
            server.start().join();
        } catch (CompletionException e) {
            server.stop().join();
            services.close();
            throw startFailure(config, e.getCause() == null ? e : e.getCause());
        }
        return new LlmTraceServer(config, server, services);
    }

    /** Returns the address of the server, such as {@code http://127.0.0.1:8080}, without a slash at the end. */
    public URI uri() {
        String host = ServerConfigValues.addressOf(config).isAnyLocalAddress() ? "localhost" : config.host();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port());
    }

    /** Returns the main port; the actual one where the configuration has 0. */
    public int port() {
        return ports.get(0);
    }

    /** Returns the ports of {@link ServerConfig#otlpPorts()}, in that order; the actual ones where the configuration has 0. */
    public List<Integer> otlpPorts() {
        return ports.subList(1, ports.size());
    }

    /**
     * Refuses new requests with 503, waits up to 10 s for those being served, and stops. Spans that the store does not accept by then
     * are spooled. Stopping again does nothing.
     *
     * @return what was left
     */
    public synchronized StopReport stop() {
        StopReport report = stopped;
        if (report == null) {
            int unanswered = services.drain(DRAIN_TIMEOUT);
            server.stop().join();
            services.close();
            report = new StopReportValues(unanswered, services.spooledSpans());
            stopped = report;
        }
        return report;
    }

    /** Stops the server as {@link #stop} does. */
    @Override
    public void close() {
        stop();
    }

    @Override
    public String toString() {
        return "LlmTraceServer[" + uri() + " otlp-ports=" + otlpPorts() + "]";
    }

    private static ServerBuilder builder(ServerConfig config) {
        ServerBuilder builder = Server.builder()
                .requestTimeout(config.requestTimeout())
                .maxRequestLength(config.maxBodyBytes())
                // Keeps Armeria's own metrics out of the registry that all servers of the process share.
                .meterRegistry(new CompositeMeterRegistry())
                // A failure is logged once, where it is answered.
                .unloggedExceptionsReportIntervalMillis(0)
                // Armeria would trust X-Forwarded-For from any client; Forwarding reads it instead.
                .clientAddressSources(List.of())
                .bossGroupFactory(Acceptor::group);
        ConnectionLimits.addTo(builder);
        listen(builder, config, config.port());
        config.otlpPorts().forEach(port -> listen(builder, config, port));
        return builder;
    }

    private static void listen(ServerBuilder builder, ServerConfig config, int port) {
        InetSocketAddress address = new InetSocketAddress(ServerConfigValues.addressOf(config), port);
        builder.port(new ServerPort(address, SessionProtocol.HTTP));
    }

    /** Returns an exception that names the port that is taken, since Netty's error does not name it. */
    private static ServerStartException startFailure(ServerConfig config, Throwable cause) {
        List<Integer> all = new ArrayList<>(List.of(config.port()));
        all.addAll(config.otlpPorts());
        for (int i = 0; i < all.size(); i++) {
            int port = all.get(i);
            if (port != 0 && isTaken(config, port)) {
                return new ServerStartException(
                        "port " + port + " on " + config.host() + " is taken by another program; "
                                + (i == 0 ? "choose another port" : "set otlp-ports to false to do without it"),
                        cause);
            }
        }
        return new ServerStartException(
                "cannot listen on " + config.host() + " " + all + ": " + cause.getMessage(), cause);
    }

    private static boolean isTaken(ServerConfig config, int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, ServerConfigValues.addressOf(config))) {
            return !socket.isBound();
        } catch (IOException e) {
            return true;
        }
    }
}
