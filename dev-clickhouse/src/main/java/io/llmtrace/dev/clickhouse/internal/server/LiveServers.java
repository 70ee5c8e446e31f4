package io.llmtrace.dev.clickhouse.internal.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Closes the servers that are still open when the JVM exits. */
final class LiveServers {

    private static final Set<OwnServer> SERVERS = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(LiveServers::closeAll, "clickhouse-shutdown"));
    }

    private LiveServers() {}

    static void add(OwnServer server) {
        SERVERS.add(server);
    }

    static void remove(OwnServer server) {
        SERVERS.remove(server);
    }

    private static void closeAll() {
        Parallel.forEach(Set.copyOf(SERVERS), OwnServer::close);
    }
}
