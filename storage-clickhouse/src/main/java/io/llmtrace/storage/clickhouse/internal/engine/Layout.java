package io.llmtrace.storage.clickhouse.internal.engine;

import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.clickhouse.ClickHouseSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Maps logical tables to those of one server or of a cluster. On one server a table is just a table. In a cluster, the rows are in
 * {@code NAME_local} on each node, and {@code NAME} is a {@code Distributed} table over these that puts all rows of a trace on one
 * shard:
 *
 * <pre>
 *   one server     spans
 *   cluster        spans  ──▶  spans_local on each replica of shard 1
 *                         ──▶  spans_local on each replica of shard 2
 * </pre>
 *
 * The setting {@code internal_replication} of the cluster in the servers' configuration decides who writes the replicas of a
 * shard: if it is true, the local tables replicate themselves ({@code ReplicatedMergeTree}); if it is false, the
 * {@code Distributed} table writes to each of them.
 *
 * <p>Statements about tables themselves have two placeholders: <code>{local}</code> follows the name of a table that each node
 * has, <code>{on_cluster}</code> marks where {@code ON CLUSTER} may be inserted.
 */
public final class Layout {

    private enum Replication {
        NONE,
        /** The Distributed table writes all replicas. There may be no Keeper, and so no ON CLUSTER. */
        BY_DISTRIBUTED_TABLE,
        /** The local tables replicate themselves, with a Keeper. */
        BY_LOCAL_TABLES
    }

    /** An expression for the name of the node that evaluates it. */
    public static final String NODE = "hostName() || ':' || toString(tcpPort())";

    private static final Pattern CREATE_TABLE = Pattern.compile("CREATE TABLE IF NOT EXISTS (\\w+)\\{local}");
    private static final Pattern ADD_COLUMN = Pattern.compile("ALTER TABLE (\\w+)\\{local}\\S*\\s+ADD COLUMN");
    private static final Pattern ENGINE = Pattern.compile("ENGINE = (\\w*MergeTree)(?:\\((\\w+)\\))?");

    /** The column whose hash chooses the shard of a row. */
    private static final String SHARD_BY = "trace_id";

    private static final Map<String, String> SHARDED_OTHERWISE =
            Map.of("deletions", "tenant_id", "retention", "tenant_id", "store_properties", "name");

    private final Replication replication;
    private final String database;
    private final @Nullable String cluster;
    private final int nodes;

    private Layout(Replication replication, String database, @Nullable String cluster, int nodes) {
        this.replication = replication;
        this.database = database;
        this.cluster = cluster;
        this.nodes = nodes;
    }

    static Layout ofOneServer(String database) {
        return new Layout(Replication.NONE, database, null, 1);
    }

    static Layout ofCluster(String database, String cluster, int nodes, boolean replicated) {
        return new Layout(
                replicated ? Replication.BY_LOCAL_TABLES : Replication.BY_DISTRIBUTED_TABLE, database, cluster, nodes);
    }

    /**
     * Asks a server for the nodes of the cluster, if the settings name one.
     *
     * @param server connection to a database that exists
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
                            + " created and rows are deleted on each of them");
        }
        return ofCluster(settings.database(), cluster, nodes.size(), replicated);
    }

    public boolean isCluster() {
        return replication != Replication.NONE;
    }

    /** Returns whether the local tables replicate themselves, so that a change on one node is repeated on others. */
    public boolean replicatesItself() {
        return replication == Replication.BY_LOCAL_TABLES;
    }

    /** Returns the statements to run, in order, for one statement about logical tables. */
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
        if (replication == Replication.BY_LOCAL_TABLES && table.find()) {
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
        return replication == Replication.BY_LOCAL_TABLES ? " ON CLUSTER `" + cluster + "`" : "";
    }

    /** Returns where to send a statement about tables: to each node, or to any one if {@code ON CLUSTER} reaches all of them. */
    List<Database> targets(Database database) {
        return replication == Replication.BY_LOCAL_TABLES ? List.of(database) : database.nodes();
    }

    /** Returns a system table of the nodes that one of the {@link #targets} reaches. */
    String systemTableOfTarget(String table) {
        return replication == Replication.BY_LOCAL_TABLES ? onEachNode("system", table) : "system." + table;
    }

    /** Returns how many nodes one of the {@link #targets} reaches. */
    int nodesOfTarget() {
        return replication == Replication.BY_LOCAL_TABLES ? nodes : 1;
    }

    /** Runs a statement about tables on one of the {@link #targets}. */
    void execute(Database target, Sql sql) {
        statements(sql.text()).forEach(statement -> target.execute(Sql.of(sql.name(), statement)));
    }

    /** Runs a statement about tables on all nodes, which must be up. */
    public void executeEverywhere(Database database, Sql sql) {
        targets(database).forEach(target -> execute(target, sql));
    }

    /**
     * Checks that every shard accepts writes.
     *
     * @throws io.llmtrace.storage.UnavailableException if a node is down whose shard accepts no writes without it
     */
    public void requireWritable(Database database) {
        if (replication == Replication.BY_DISTRIBUTED_TABLE) {
            database.nodes().forEach(node -> node.number(Sql.of("check node", "SELECT toUInt64(1)")));
        }
    }

    /** Returns the name of a logical table on each node. */
    public String local(String table) {
        return isCluster() ? table + "_local" : table;
    }

    /** Returns a table expression with the rows of every node, for questions about the nodes themselves. */
    public String onEachNode(String ofDatabase, String table) {
        if (!isCluster()) {
            return "`" + ofDatabase + "`." + table;
        }
        return "clusterAllReplicas('" + cluster + "', `" + ofDatabase + "`, " + table + ")";
    }
}
