package io.llmtrace.dev.clickhouse;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Free ports of this machine. */
final class Ports {

    /**
     * Below the range from which the kernel takes ports of outgoing connections: a client that keeps trying to reach a stopped
     * server could else be given that very port, and keep it from starting again.
     */
    private static final int FIRST = 20_000;

    private static final int END = 32_000;
    private static final int ATTEMPTS = 1_000;

    private Ports() {}

    /** So many different ones. */
    static int[] free(int count) {
        Set<Integer> ports = new LinkedHashSet<>();
        for (int i = 0; i < ATTEMPTS && ports.size() < count; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            if (isFree(port)) {
                ports.add(port);
            }
        }
        if (ports.size() < count) {
            throw new ClickHouseStartException("no " + count + " free ports in [" + FIRST + ", " + END + ")");
        }
        return ports.stream().mapToInt(Integer::intValue).toArray();
    }

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(ServerFiles.HOST))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
