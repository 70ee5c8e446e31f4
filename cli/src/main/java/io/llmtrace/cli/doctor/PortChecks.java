package io.llmtrace.cli.doctor;

import io.llmtrace.cli.remote.RemoteTraceRepository;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.storage.StoreHealth;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Checks whether the ports of {@code serve} are free, or taken by a running llmtrace server or another program. */
public final class PortChecks {

    private PortChecks() {}

    /** Checks all ports of a server. */
    public static List<Diagnosis> of(ServerConfig config) {
        List<Diagnosis> found = new ArrayList<>();
        found.add(port(config.host(), config.port(), "choose another with --port"));
        config.otlpPorts().stream()
                .sorted()
                .forEach(port -> found.add(
                        port(config.host(), port, "end it, or leave this port closed with --otlp-ports false")));
        return found;
    }

    private static Diagnosis port(String host, int port, String remedy) {
        String name = "port " + port;
        if (port == 0) {
            return Diagnosis.ok(name, "any free one");
        }
        if (isFree(host, port)) {
            return Diagnosis.ok(name, "free");
        }
        String holder =
                ListeningProcess.find(port).map(process -> " (" + process + ")").orElse("");
        if (isLlmtrace(host, port)) {
            return Diagnosis.ok(name, "a running llmtrace server answers here" + holder);
        }
        return Diagnosis.fail(
                name, "taken by another program" + holder + ", so 'llmtrace serve' cannot start: " + remedy);
    }

    public static boolean isFree(String host, int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(host))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isLlmtrace(String host, int port) {
        String name = host.contains(":") ? "[" + host + "]" : host;
        try (RemoteTraceRepository remote = RemoteTraceRepository.probe(URI.create("http://" + name + ":" + port))) {
            return remote.check().state() != StoreHealth.State.DOWN;
        }
    }
}
