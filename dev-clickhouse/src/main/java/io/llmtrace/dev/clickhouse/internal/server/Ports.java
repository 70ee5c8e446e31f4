package io.llmtrace.dev.clickhouse.internal.server;

import io.llmtrace.dev.clickhouse.ClickHouseStartException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Finds free ports on this machine. */
public final class Ports {

    /**
     * The range lies below that of outgoing connections. Otherwise the kernel might give the port of a stopped server to a client
     * that keeps trying to reach it, and the server could not start again.
     */
    private static final int FIRST = 20_000;

    private static final int END = 32_000;
    private static final int ATTEMPTS = 1_000;

    private Ports() {}

    /** Returns a number of distinct free ports. */
    public static int[] free(int count) {
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
