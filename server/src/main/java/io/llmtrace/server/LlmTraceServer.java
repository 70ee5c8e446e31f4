package io.llmtrace.server;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerPort;
import io.llmtrace.ingest.SpanIngest;
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

/**
 * A running server. Whoever starts it owns the repository: it stays open when the server is closed.
 *
 * <pre>{@code
 * try (TraceRepository repository = TraceRepositories.open("sqlite:traces.db");
 *         LlmTraceServer server = LlmTraceServer.start(ServerConfig.defaults(), repository)) {
 *     server.uri(); // http://127.0.0.1:8080
 * }
 * }</pre>
 */
public final class LlmTraceServer implements AutoCloseable {

    /** How long calls under way are waited for when the server closes. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final ServerConfig config;
    private final Server server;
    private final SpanIngest ingest;
    private final CallsUnderWay calls;
    private final List<Integer> ports;

    private LlmTraceServer(ServerConfig config, Server server, SpanIngest ingest, CallsUnderWay calls) {
        this.config = config;
        this.server = server;
        this.ingest = ingest;
        this.calls = calls;
        // Active ports come in the order in which they were configured.
        this.ports = server.activePorts().keySet().stream()
                .map(InetSocketAddress::getPort)
                .toList();
    }

    /** As {@link #start(ServerConfig, TraceRepository, TenantResolver)}, with all data in the default tenant. */
    public static LlmTraceServer start(ServerConfig config, TraceRepository repository) {
        return start(config, repository, TenantResolver.single());
    }

    /**
     * Returns when the server accepts connections.
     *
     * @throws ServerStartException if a port is taken
     * @throws io.llmtrace.storage.UnavailableException if the spool cannot be used
     */
    public static LlmTraceServer start(ServerConfig config, TraceRepository repository, TenantResolver tenants) {
        Objects.requireNonNull(repository, "repository");
        Objects.requireNonNull(tenants, "tenants");
        CallsUnderWay calls = new CallsUnderWay();
        ServerBuilder builder = builder(config);
        SpanIngest ingest = Services.addTo(builder, config, repository, tenants);
        Server server = builder.decorator(calls::serve).build();
        try {
            server.start().join();
        } catch (CompletionException e) {
            server.stop().join();
            ingest.close();
            throw startFailure(config, e.getCause() == null ? e : e.getCause());
        }
        return new LlmTraceServer(config, server, ingest, calls);
    }

    /** Where to find it, such as {@code http://127.0.0.1:8080}. */
    public URI uri() {
        String host = config.address().isAnyLocalAddress() ? "localhost" : config.host();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port());
    }

    /** The main port, also when the configuration said 0. */
    public int port() {
        return ports.get(0);
    }

    /** The ports of {@link ServerConfig#otlpPorts()}, in that order. */
    public List<Integer> otlpPorts() {
        return ports.subList(1, ports.size());
    }

    /** Waits for the calls under way, up to 10 s, and turns away what comes meanwhile. What the store does not take is spooled. */
    @Override
    public void close() {
        calls.close(CLOSE_TIMEOUT);
        server.stop().join();
        ingest.close();
    }

    @Override
    public String toString() {
        return "LlmTraceServer[" + uri() + " otlp-ports=" + otlpPorts() + "]";
    }

    private static ServerBuilder builder(ServerConfig config) {
        ServerBuilder builder = Server.builder()
                .requestTimeout(config.requestTimeout())
                .maxRequestLength(config.maxBodyBytes())
                // Armeria's own figures would go into a registry that all servers of the process share.
                .meterRegistry(new CompositeMeterRegistry())
                // What goes wrong is answered, and logged once where it is answered.
                .unloggedExceptionsReportIntervalMillis(0)
                .bossGroupFactory(Acceptor::group);
        listen(builder, config, config.port());
        config.otlpPorts().forEach(port -> listen(builder, config, port));
        return builder;
    }

    private static void listen(ServerBuilder builder, ServerConfig config, int port) {
        InetSocketAddress address = new InetSocketAddress(config.address(), port);
        builder.port(new ServerPort(address, SessionProtocol.HTTP));
    }

    /** Netty's error does not say which port it was about. */
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
        try (ServerSocket socket = new ServerSocket(port, 1, config.address())) {
            return !socket.isBound();
        } catch (IOException e) {
            return true;
        }
    }
}
