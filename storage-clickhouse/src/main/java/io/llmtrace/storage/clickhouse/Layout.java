package io.llmtrace.storage.clickhouse;

import io.llmtrace.storage.InvalidRequestException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How the tables stand. On one server a table is a table. In a cluster, rows are in {@code NAME_local} on each node, and
 * {@code NAME} is a {@code Distributed} table over them, which puts all rows of a trace on one shard:
 *
 * <pre>
 *   one server     spans
 *   cluster        spans  ──▶  spans_local on each copy of shard 1
 *                         ──▶  spans_local on each copy of shard 2
 * </pre>
 *
 * Who writes the copies of a shard is said by {@code internal_replication} of the cluster in the servers' configuration: true,
 * and the local tables do ({@code ReplicatedMergeTree}); false, and the {@code Distributed} table writes to each of them.
 *
 * <p>Statements about the tables themselves name them so: <code>{local}</code> stands behind the name of what is on each node,
 * <code>{on_cluster}</code> where {@code ON CLUSTER} may stand.
 */
final class Layout {

    private enum Copies {
        NONE,
        /** Written by the Distributed table. There may be no Keeper, and so no ON CLUSTER. */
        DISTRIBUTED,
        /** Written by the local tables. */
        REPLICATED
    }

    /** An expression that names the node where it is asked. */
    static final String NODE = "hostName() || ':' || toString(tcpPort())";

    private static final Pattern CREATE_TABLE = Pattern.compile("CREATE TABLE IF NOT EXISTS (\\w+)\\{local}");
    private static final Pattern ADD_COLUMN = Pattern.compile("ALTER TABLE (\\w+)\\{local}\\S*\\s+ADD COLUMN");
    private static final Pattern ENGINE = Pattern.compile("ENGINE = (\\w*MergeTree)(?:\\((\\w+)\\))?");

    /** What puts a row on its shard. */
    private static final String SHARD_BY = "trace_id";

    private static final Map<String, String> SHARDED_OTHERWISE =
            Map.of("deletions", "tenant_id", "retention", "tenant_id");

    private final Copies copies;
    private final String database;
    private final @Nullable String cluster;
    private final int nodes;

    private Layout(Copies copies, String database, @Nullable String cluster, int nodes) {
        this.copies = copies;
        this.database = database;
        this.cluster = cluster;
        this.nodes = nodes;
    }

    static Layout ofOneServer(String database) {
        return new Layout(Copies.NONE, database, null, 1);
    }

    static Layout ofCluster(String database, String cluster, int nodes, boolean replicated) {
        return new Layout(replicated ? Copies.REPLICATED : Copies.DISTRIBUTED, database, cluster, nodes);
    }

    /**
     * @param server on a database that is there
     * @throws InvalidRequestException if the servers do not know the cluster, or the settings do not name all of its nodes where
     *     that is needed
     */
    static Layout of(Database server) {
        ClickHouseSettings settings = server.settings();
        String cluster = settings.cluster();
        if (cluster == null) {
            return ofOneServer(settings.database());
        }
        List<Boolean> nodes = server.read(
                Sql.of(
                                "nodes of the cluster",
                                "SELECT internal_replication = 1 FROM system.clusters WHERE cluster = {cluster:String}")
                        .with("cluster", cluster),
                RowInput::readBool);
        if (nodes.isEmpty()) {
            throw new InvalidRequestException(settings.displayUrl() + " knows no cluster '" + cluster
                    + "': correct cluster=…, or add it to remote_servers in the servers' configuration");
        }
        boolean replicated = nodes.get(0);
        if (!replicated && settings.endpoints().size() != nodes.size()) {
            throw new InvalidRequestException(
                    settings.displayUrl() + " names " + settings.endpoints().size() + " hosts, and cluster '" + cluster
                            + "' has " + nodes.size()
                            + " nodes without internal_replication: name the HTTP address of each node, since tables are"
                            + " made and rows are deleted on each of them");
        }
        return ofCluster(settings.database(), cluster, nodes.size(), replicated);
    }

    boolean isCluster() {
        return copies != Copies.NONE;
    }

    /** What is to be run for a statement about tables, in this order. */
    List<String> statements(String sql) {
        List<String> all = new ArrayList<>();
        all.add(resolve(sql));
        Matcher table = CREATE_TABLE.matcher(sql);
        if (isCluster() && table.find()) {
            all.add(
                    "CREATE TABLE IF NOT EXISTS %s%s AS %s_local ENGINE = Distributed('%s', '%s', '%s_local', cityHash64(%s))"
                            .formatted(
                                    table.group(1),
                                    onCluster(),
                                    table.group(1),
                                    cluster,
                                    database,
                                    table.group(1),
                                    SHARDED_OTHERWISE.getOrDefault(table.group(1), SHARD_BY)));
        }
        if (isCluster() && ADD_COLUMN.matcher(sql).find()) {
            all.add(resolve(sql.replaceFirst("\\{local}", "")));
        }
        return all;
    }

    private String resolve(String sql) {
        String statement = sql;
        Matcher table = CREATE_TABLE.matcher(sql);
        if (copies == Copies.REPLICATED && table.find()) {
            String name = table.group(1);
            statement = ENGINE.matcher(sql)
                    .replaceFirst(engine -> Matcher.quoteReplacement(
                            "ENGINE = Replicated%s('/clickhouse/tables/{shard}/%s/%s', '{replica}'%s)"
                                    .formatted(
                                            engine.group(1),
                                            database,
                                            name,
                                            engine.group(2) == null ? "" : ", " + engine.group(2))));
        }
        return statement.replace("{local}", local("")).replace("{on_cluster}", onCluster());
    }

    private String onCluster() {
        return copies == Copies.REPLICATED ? " ON CLUSTER `" + cluster + "`" : "";
    }

    /** Whom to send a statement about tables to: each node for itself, or any where all of them do what one is told. */
    List<Database> targets(Database database) {
        return copies == Copies.REPLICATED ? List.of(database) : database.nodes();
    }

    /** A system table of the nodes that do what one of the {@link #targets} is told. */
    String systemTableOfTarget(String table) {
        return copies == Copies.REPLICATED ? onEachNode("system", table) : "system." + table;
    }

    /** How many nodes do what one of the {@link #targets} is told. */
    int nodesOfTarget() {
        return copies == Copies.REPLICATED ? nodes : 1;
    }

    /** Runs a statement about tables on one of the {@link #targets}. */
    void execute(Database target, Sql sql) {
        statements(sql.text()).forEach(statement -> target.execute(Sql.of(sql.name(), statement)));
    }

    /** Runs a statement about tables wherever they are; all nodes must be up. */
    void executeEverywhere(Database database, Sql sql) {
        targets(database).forEach(target -> execute(target, sql));
    }

    /** @throws io.llmtrace.storage.UnavailableException if a node is away whose shard takes no writes without it */
    void requireWritable(Database database) {
        if (copies == Copies.DISTRIBUTED) {
            database.nodes().forEach(node -> node.number(Sql.of("check node", "SELECT toUInt64(1)")));
        }
    }

    /** What a table is called on each node. */
    String local(String table) {
        return isCluster() ? table + "_local" : table;
    }

    /** A table of each node in the place of a table: for what is asked about the nodes themselves. */
    String onEachNode(String ofDatabase, String table) {
        if (!isCluster()) {
            return "`" + ofDatabase + "`." + table;
        }
        return "clusterAllReplicas('" + cluster + "', `" + ofDatabase + "`, " + table + ")";
    }
}
