package io.llmtrace.dev.clickhouse;

import io.llmtrace.dev.clickhouse.internal.engine.Engine;
import io.llmtrace.dev.clickhouse.internal.engine.EngineFinder;
import io.llmtrace.dev.clickhouse.internal.engine.Environment;
import io.llmtrace.dev.clickhouse.internal.server.OwnServer;
import io.llmtrace.dev.clickhouse.internal.server.Parallel;
import io.llmtrace.dev.clickhouse.internal.server.Passwords;
import io.llmtrace.dev.clickhouse.internal.server.Ports;
import io.llmtrace.dev.clickhouse.internal.server.ServerFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Several servers that form one cluster. Each is a process of its own, which can be killed and restarted alone.
 *
 * <pre>
 *            replica 1  replica 2
 * shard 1    node 0     node 1
 * shard 2    node 2     node 3
 * </pre>
 *
 * A {@code Distributed} table writes to all replicas of a shard ({@code internal_replication=false}). There is no Keeper, so neither
 * {@code ReplicatedMergeTree} nor {@code ON CLUSTER} works: run DDL on each node with {@link #executeOnAll}.
 */
public final class ClickHouseCluster implements AutoCloseable {

    private static final String NAME = "llmtrace";

    private final List<ClickHouseServer> nodes;

    private ClickHouseCluster(List<ClickHouseServer> nodes) {
        this.nodes = nodes;
    }

    /** Starts a cluster with default options. */
    public static ClickHouseCluster start(int shards, int replicas) {
        return start(shards, replicas, ClickHouseServerOptions.defaults());
    }

    /**
     * Starts a cluster, and returns when all nodes answer.
     *
     * @param options options of all nodes; each node gets a subfolder of the given folder, and the given ports plus its number
     * @throws ClickHouseStartException if a node does not start; the others are then ended
     */
    public static ClickHouseCluster start(int shards, int replicas, ClickHouseServerOptions options) {
        if (shards <= 0 || replicas <= 0) {
            throw new IllegalArgumentException("shards <= 0 || replicas <= 0: " + shards + ", " + replicas);
        }
        Engine engine = new EngineFinder(Environment.ofThisMachine(options.variables())).find(options.progress());
        Parallel.Outcome<OwnServer> outcome =
                Parallel.map(nodes(shards, replicas, options), node -> OwnServer.start(engine, node));
        if (outcome.failure() != null) {
            Parallel.forEach(outcome.results(), OwnServer::close);
            throw outcome.failure();
        }
        return new ClickHouseCluster(
                outcome.results().stream().map(ClickHouseServer::of).toList());
    }

    private static List<ClickHouseServerOptions> nodes(int shards, int replicas, ClickHouseServerOptions options) {
        int count = shards * replicas;
        int[] free = Ports.free(2 * count);
        int[] httpPorts = ports(options.httpPort(), count, free, 0);
        int[] nativePorts = ports(options.nativePort(), count, free, count);
        String password = password(options);
        List<ClickHouseServerOptions> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<String> configXml = new ArrayList<>(options.configXml());
            configXml.add(0, topology(replicas, i, nativePorts, password));
            nodes.add(options.toBuilder()
                    .folder(folder(options.folder(), i))
                    .httpPort(httpPorts[i])
                    .nativePort(nativePorts[i])
                    .password(password)
                    .configXml(configXml.toArray(String[]::new))
                    .build());
        }
        return nodes;
    }

    private static int[] ports(int first, int count, int[] free, int offset) {
        return IntStream.range(0, count)
                .map(i -> first == 0 ? free[offset + i] : first + i)
                .toArray();
    }

    private static @Nullable Path folder(@Nullable Path parent, int node) {
        return parent == null ? null : parent.resolve("node-" + node);
    }

    /** Returns the password of all nodes; a folder used before keeps its password. */
    private static String password(ClickHouseServerOptions options) {
        String given = options.password();
        if (given != null) {
            return given;
        }
        Path first = folder(options.folder(), 0);
        try {
            return first == null
                    ? Passwords.random()
                    : Passwords.storedIn(first).orElseGet(Passwords::random);
        } catch (IOException e) {
            throw new ClickHouseStartException("cannot read the password in " + first + ": " + e, e);
        }
    }

    private static String topology(int replicas, int node, int[] nativePorts, String password) {
        StringBuilder shards = new StringBuilder();
        for (int i = 0; i < nativePorts.length; i++) {
            shards.append(i % replicas == 0 ? "<shard><internal_replication>false</internal_replication>\n" : "");
            shards.append("<replica><host>%s</host><port>%d</port><user>%s</user><password>%s</password></replica>\n"
                    .formatted(ServerFiles.HOST, nativePorts[i], ServerFiles.USER, ServerFiles.xml(password)));
            shards.append(i % replicas == replicas - 1 ? "</shard>\n" : "");
        }
        return """
                <clickhouse>
                <macros><shard>%02d</shard><replica>r%d</replica></macros>
                <remote_servers><%s>
                %s</%s></remote_servers>
                </clickhouse>
                """.formatted(node / replicas + 1, node % replicas + 1, NAME, shards, NAME);
    }

    /** Returns the nodes: the replicas of the first shard, then those of the second, and so on. */
    public List<ClickHouseServer> nodes() {
        return nodes;
    }

    /** Returns the name of the cluster, which {@code Distributed} tables refer to. */
    public String name() {
        return NAME;
    }

    /**
     * Returns the storage URL {@code clickhouse://user:password@host:port,host:port,…/database?cluster=NAME}, with the HTTP ports
     * of all nodes.
     */
    public String url(String database) {
        ClickHouseServer first = nodes.get(0);
        String hosts =
                nodes.stream().map(node -> node.host() + ":" + node.httpPort()).collect(Collectors.joining(","));
        return "clickhouse://" + first.user() + ":" + first.password() + "@" + hosts + "/" + database + "?cluster="
                + NAME;
    }

    /** Runs a statement on each node, one after the other. */
    public void executeOnAll(String sql) {
        nodes.forEach(node -> node.execute(sql));
    }

    /** Ends all nodes in parallel. */
    @Override
    public void close() {
        Parallel.forEach(nodes, ClickHouseServer::close);
    }

    @Override
    public String toString() {
        return "ClickHouseCluster" + nodes;
    }
}
