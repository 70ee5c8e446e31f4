package io.llmtrace.dev.clickhouse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Several servers that know each other as one cluster, each a process of its own that can be killed and restarted alone.
 *
 * <pre>
 *            copy 1     copy 2
 * shard 1    node 0     node 1
 * shard 2    node 2     node 3
 * </pre>
 *
 * A {@code Distributed} table writes to all copies of a shard ({@code internal_replication=false}). There is no Keeper, so
 * neither {@code ReplicatedMergeTree} nor {@code ON CLUSTER}: run DDL on each node, by {@link #executeOnAll}.
 */
public final class ClickHouseCluster implements AutoCloseable {

    private static final String NAME = "llmtrace";

    private final List<ClickHouseServer> nodes;

    private ClickHouseCluster(List<ClickHouseServer> nodes) {
        this.nodes = nodes;
    }

    public static ClickHouseCluster start(int shards, int copies) {
        return start(shards, copies, ClickHouseServerOptions.defaults());
    }

    /**
     * Returns when all nodes answer.
     *
     * @param options of all nodes; each has a folder below the one given, and ports that count on from those given
     * @throws ClickHouseStartException if a node does not start; the others are ended then
     */
    public static ClickHouseCluster start(int shards, int copies, ClickHouseServerOptions options) {
        if (shards <= 0 || copies <= 0) {
            throw new IllegalArgumentException("shards <= 0 || copies <= 0: " + shards + ", " + copies);
        }
        Engine engine = new EngineFinder(Environment.ofThisMachine(options.variables())).find(options.progress());
        Parallel.Outcome<OwnServer> outcome =
                Parallel.map(nodes(shards, copies, options), node -> OwnServer.start(engine, node));
        if (outcome.failure() != null) {
            Parallel.forEach(outcome.results(), OwnServer::close);
            throw outcome.failure();
        }
        return new ClickHouseCluster(
                outcome.results().stream().map(ClickHouseServer::of).toList());
    }

    private static List<ClickHouseServerOptions> nodes(int shards, int copies, ClickHouseServerOptions options) {
        int count = shards * copies;
        int[] free = Ports.free(2 * count);
        int[] httpPorts = ports(options.httpPort(), count, free, 0);
        int[] nativePorts = ports(options.nativePort(), count, free, count);
        String password = password(options);
        List<ClickHouseServerOptions> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<String> configXml = new ArrayList<>(options.configXml());
            configXml.add(0, topology(copies, i, nativePorts, password));
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

    /** One for all nodes, also for those of a folder that has been used before. */
    private static String password(ClickHouseServerOptions options) {
        String given = options.password();
        if (given != null) {
            return given;
        }
        Path first = folder(options.folder(), 0);
        try {
            return first == null ? Passwords.random() : Passwords.keptIn(first).orElseGet(Passwords::random);
        } catch (IOException e) {
            throw new ClickHouseStartException("cannot read the password in " + first + ": " + e, e);
        }
    }

    private static String topology(int copies, int node, int[] nativePorts, String password) {
        StringBuilder shards = new StringBuilder();
        for (int i = 0; i < nativePorts.length; i++) {
            shards.append(i % copies == 0 ? "<shard><internal_replication>false</internal_replication>\n" : "");
            shards.append("<replica><host>%s</host><port>%d</port><user>%s</user><password>%s</password></replica>\n"
                    .formatted(ServerFiles.HOST, nativePorts[i], ServerFiles.USER, ServerFiles.xml(password)));
            shards.append(i % copies == copies - 1 ? "</shard>\n" : "");
        }
        return """
                <clickhouse>
                <macros><shard>%02d</shard><replica>r%d</replica></macros>
                <remote_servers><%s>
                %s</%s></remote_servers>
                </clickhouse>
                """.formatted(node / copies + 1, node % copies + 1, NAME, shards, NAME);
    }

    /** Copy by copy of the first shard, then of the second, and so on. */
    public List<ClickHouseServer> nodes() {
        return nodes;
    }

    /** The name of the cluster, as {@code Distributed} wants it. */
    public String name() {
        return NAME;
    }

    /** @return {@code clickhouse://user:password@host:port,host:port,…/database?cluster=NAME}, with the HTTP ports of all nodes */
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

    /** Ends all nodes, at the same time. */
    @Override
    public void close() {
        Parallel.forEach(nodes, ClickHouseServer::close);
    }

    @Override
    public String toString() {
        return "ClickHouseCluster" + nodes;
    }
}
