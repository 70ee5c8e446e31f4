package io.llmtrace.cli.demo;

import io.llmtrace.cli.context.CommandFailedException;
import io.llmtrace.cli.doctor.PortChecks;
import io.llmtrace.server.LlmTraceServer;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.server.ServerStartException;
import io.llmtrace.storage.TraceRepository;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A server on the usual ports, or on free ones if another program uses them. */
public final class DemoServer implements AutoCloseable {

    public static final int DEFAULT_PORT = ServerConfig.DEFAULT_PORT;

    private final LlmTraceServer server;
    private final List<String> notes;

    private DemoServer(LlmTraceServer server, List<String> notes) {
        this.server = server;
        this.notes = List.copyOf(notes);
    }

    /**
     * Starts a server.
     *
     * @param port used if it is free; 0 for any free port
     */
    public static DemoServer start(int port, TraceRepository repository) {
        List<String> notes = new ArrayList<>();
        boolean free = port == 0 || PortChecks.isFree(ServerConfig.DEFAULT_HOST, port);
        if (!free) {
            notes.add("port " + port + " is taken");
        }
        List<Integer> otlpPorts = ServerConfig.OTLP_PORTS.stream()
                .filter(otlp -> PortChecks.isFree(ServerConfig.DEFAULT_HOST, otlp))
                .toList();
        if (otlpPorts.size() < ServerConfig.OTLP_PORTS.size()) {
            notes.add("the ports of OTLP are taken");
        }
        ServerConfig config = ServerConfig.builder()
                .port(free ? port : 0)
                .otlpPorts(otlpPorts)
                .build();
        try {
            return new DemoServer(LlmTraceServer.start(config, repository), notes);
        } catch (ServerStartException e) {
            throw new CommandFailedException(String.valueOf(e.getMessage()), e);
        }
    }

    public URI uri() {
        return server.uri();
    }

    /** Describes where the server listens and, if those are not the usual ports, why. */
    public String describe() {
        String otlp = server.otlpPorts().isEmpty()
                ? ""
                : ", OTLP also on "
                        + server.otlpPorts().stream()
                                .sorted()
                                .map(String::valueOf)
                                .collect(Collectors.joining(" and "));
        return server.uri() + otlp + (notes.isEmpty() ? "" : " (" + String.join(", ", notes) + ")");
    }

    @Override
    public void close() {
        server.close();
    }
}
