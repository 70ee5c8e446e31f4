package io.llmtrace.storage.clickhouse.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.AccessRefusedException;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.clickhouse.ClickHouseSettings;
import io.llmtrace.storage.clickhouse.ClickHouseTraceRepository;
import io.llmtrace.storage.clickhouse.Failing;
import io.llmtrace.storage.clickhouse.OldWords;
import io.llmtrace.storage.clickhouse.internal.write.EncodedRows;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Grants, and passwords that must not show up anywhere. */
@Timeout(120)
final class ClickHouseUserTest {

    private static final String PASSWORD = "k9-very:secret@word/?%";
    private static final String ENCODED = "k9-very%3Asecret%40word%2F%3F%25";

    /** The grants that docs/clickhouse.md lists. */
    private static final List<String> NEEDED = Failures.GRANTS.stream()
            .map(grant -> grant.replace("DATABASE.", Failing.DATABASE + "."))
            .toList();

    private static ClickHouseServer server;

    private final UUID tenant = UUID.randomUUID();

    @BeforeAll
    static void start() {
        server = ClickHouseServer.start(Failing.options()
                .password(PASSWORD)
                .logLevel("trace")
                .usersXml("<clickhouse><profiles><reading><readonly>2</readonly></reading></profiles><users>"
                        + user("needed", NEEDED)
                        + user("nothing", List.of("GRANT SELECT ON other.*"))
                        + user(
                                "reader",
                                List.of("GRANT SELECT ON traces.*", "GRANT CREATE DATABASE, CREATE TABLE ON traces.*"))
                        + "<readonly><password>" + PASSWORD
                        + "</password><networks><ip>127.0.0.1</ip></networks><profile>reading</profile>"
                        + "<quota>default</quota></readonly>"
                        + "</users></clickhouse>")
                .build());
        try (ClickHouseTraceRepository repository = Failing.open(server, "")) {
            assertThat(repository.check().state()).isEqualTo(StoreHealth.State.OK);
        }
    }

    private static String user(String name, List<String> grants) {
        StringBuilder queries = new StringBuilder();
        grants.forEach(grant -> queries.append("<query>").append(grant).append("</query>"));
        return "<" + name + "><password>" + PASSWORD + "</password><networks><ip>127.0.0.1</ip></networks>"
                + "<profile>default</profile><quota>default</quota><grants>" + queries + "</grants></" + name + ">";
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String urlOf(String user) {
        return "clickhouse://" + user + ":" + ENCODED + "@127.0.0.1:" + server.httpPort() + "/" + Failing.DATABASE;
    }

    @Test
    void open_wrongPassword() {
        String url = urlOf("llmtrace").replace(ENCODED, "another");

        Failing.assertFails(server, AccessRefusedException.class, () -> Failing.open(url))
                .isEqualTo(Failing.displayUrl(server)
                        + " (create database): the server refuses user 'llmtrace': check user"
                        + " and password of the storage URL.");
    }

    @Test
    void open_unknownUser() {
        Failing.assertFails(server, AccessRefusedException.class, () -> Failing.open(urlOf("nobody")))
                .isEqualTo(
                        Failing.displayUrl(server) + " (create database): the server refuses user 'nobody': check user"
                                + " and password of the storage URL.");
    }

    @Test
    void open_userWithoutGrants() {
        Failing.assertFails(server, AccessRefusedException.class, () -> Failing.open(urlOf("nothing")))
                .startsWith(
                        Failing.displayUrl(server) + " (create database): user 'nothing' may not do this. What llmtrace"
                                + " needs: " + String.join("; ", NEEDED) + ". Code 497: ")
                .contains("CREATE DATABASE ON traces.*");
    }

    @Test
    void open_userWhoMayOnlyRead() {
        Failing.assertFails(server, UnavailableException.class, () -> Failing.open(urlOf("readonly")))
                .startsWith(Failing.displayUrl(server)
                        + " (create database): user 'readonly' or the server is read-only. Give"
                        + " the user a profile without readonly, or wait until the server takes writes. Code 164: ");
    }

    @Test
    void calls_userWithTheNeededGrantsMayDoEverything() {
        try (ClickHouseTraceRepository repository = Failing.open(urlOf("needed"))) {
            List<TraceSpan> spans = Failing.spans(tenant, 3);
            List<TraceSpan> others = Failing.spans(tenant, 3);
            repository.storeSpans(spans);
            repository.storeSpans(others);

            assertThat(repository.deleteTrace(tenant, others.get(0).traceId())).isTrue();
            assertThat(Failing.stored(repository, spans)).isEqualTo(spans);
            assertThat(repository
                            .querySpans(
                                    TraceQuery.builder(tenant).text("France").build())
                            .items())
                    .hasSize(3);
            assertThat(repository
                            .queryTraceSummaries(TraceQuery.builder(tenant).build())
                            .items())
                    .hasSize(1);
            assertThat(repository.stats(tenant).storageSizeBytes()).isPositive();
            assertThat(repository.globalStats().tenants()).isPositive();
            assertThat(repository.check().state()).isEqualTo(StoreHealth.State.OK);
            repository.compact();
            assertThat(repository.deleteTracesBefore(tenant, Instant.parse("2100-01-01T00:00:00Z")))
                    .isEqualTo(1);
        }
    }

    @Test
    void open_oldRows_userWithTheNeededGrantsIndexesThemAgain() {
        List<TraceSpan> spans = OldWords.spans(tenant);
        try (ClickHouseTraceRepository repository = Failing.open(server, "")) {
            repository.storeSpans(spans);
        }
        OldWords.makeOld(server, Failing.DATABASE + ".spans");

        try (ClickHouseTraceRepository repository = Failing.open(urlOf("needed"))) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> repository.check().details().get("text_index_pending"), "0"::equals);
            OldWords.assertFound(repository, tenant, spans);
            repository.deleteTracesBefore(tenant, Instant.parse("2100-01-01T00:00:00Z"));
        }
    }

    @Test
    void insert_userWithoutTheGrantToInsert() {
        try (Database database = new Database(ClickHouseSettings.parse(urlOf("reader")))) {
            assertThat(database.number(Sql.of("count", "SELECT count() FROM spans")))
                    .isNotNegative();
            EncodedRows rows = EncodedRows.ofSpans(Failing.spans(tenant, 1));
            Failing.assertFails(
                            server,
                            AccessRefusedException.class,
                            () -> database.insert("places", EncodedRows.LOCATION_COLUMNS, rows::writeLocations))
                    .startsWith(
                            Failing.displayUrl(server) + " (insert into places): user 'reader' may not do this. What"
                                    + " llmtrace needs: " + String.join("; ", NEEDED) + ". Code 497: ");
        }
    }

    @Test
    void logs_neverHoldThePassword() throws IOException {
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        Logger clickHouse = logger("com.clickhouse");
        Logger llmtrace = logger("io.llmtrace");
        for (Logger logger : List.of(clickHouse, llmtrace)) {
            logger.setLevel(Level.TRACE);
            logger.setAdditive(false);
            logger.addAppender(logged);
        }
        try {
            try (ClickHouseTraceRepository repository = Failing.open(server, "")) {
                repository.storeSpans(Failing.spans(tenant, 3));
                repository.querySpans(TraceQuery.builder(tenant).build());
                server.execute("SYSTEM FLUSH LOGS");
            }
            open_userWithoutGrants();
            open_wrongPassword();
        } finally {
            for (Logger logger : List.of(clickHouse, llmtrace)) {
                logger.detachAppender(logged);
                logger.setAdditive(true);
                logger.setLevel(null);
            }
        }

        assertThat(logged.list).isNotEmpty();
        assertThat(logged.list).extracting(ILoggingEvent::getFormattedMessage).noneMatch(ClickHouseUserTest::showsIt);
        assertThat(serverLogs()).contains("insert into spans").doesNotContain(PASSWORD, ENCODED);
        assertThat(server.execute(
                        "SELECT count() > 0 FROM system.query_log WHERE log_comment = 'llmtrace: page of spans'"))
                .isEqualTo("1\n");
        assertThat(server.execute(
                        "SELECT * FROM system.query_log WHERE log_comment LIKE 'llmtrace%' FORMAT JSONEachRow"))
                .doesNotContain(PASSWORD, ENCODED);
    }

    private static boolean showsIt(String message) {
        return message.contains(PASSWORD) || message.contains(ENCODED);
    }

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }

    private static String serverLogs() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(server.folder())) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".log")).toList()) {
                all.append(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
            }
        }
        return all.toString();
    }
}
