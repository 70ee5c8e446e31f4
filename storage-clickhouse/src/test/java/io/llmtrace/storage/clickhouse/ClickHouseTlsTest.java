package io.llmtrace.storage.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.InvalidRequestException;
import io.llmtrace.storage.UnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections over TLS, which a relay in front of the server provides. */
@Timeout(120)
final class ClickHouseTlsTest {

    @TempDir
    Path folder;

    private final String database = ClickHouseFixture.newDatabaseName();
    private TlsRelay relay;

    @BeforeEach
    void start() throws Exception {
        relay = new TlsRelay(ClickHouseFixture.server().httpPort(), folder);
    }

    @AfterEach
    void stop() throws Exception {
        relay.close();
    }

    private String url(String parameters) {
        ClickHouseServer server = ClickHouseFixture.server();
        return server.url(database).replace(":" + server.httpPort(), ":" + relay.port()) + parameters;
    }

    private String displayUrl() {
        return "clickhouse://127.0.0.1:" + relay.port() + "/" + database;
    }

    @Test
    void open_withTheCaFile() {
        try (ClickHouseTraceRepository repository = Failing.open(url("?tls=true&tls_ca_file=" + relay.certificate()))) {
            List<TraceSpan> spans = Failing.spans(UUID.randomUUID(), 3);
            repository.storeSpans(spans);

            assertThat(Failing.stored(repository, spans)).isEqualTo(spans);
        } finally {
            ClickHouseFixture.server().execute("DROP DATABASE IF EXISTS " + database + " SYNC");
        }
    }

    @Test
    void open_withoutTheCaFile() {
        Failing.assertFails(
                        ClickHouseFixture.server(), UnavailableException.class, () -> Failing.open(url("?tls=true")))
                .startsWith(displayUrl() + " cannot be reached by TLS (create database): ")
                .contains("unable to find valid certification path")
                .endsWith(
                        ". Does this port speak TLS, and does tls_ca_file (not set: the JDK's certificates count) name the"
                                + " certificate to trust?");
    }

    @Test
    void open_caFileOfAnother() throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        try (TlsRelay another = new TlsRelay(1, other)) {
            Failing.assertFails(
                            ClickHouseFixture.server(),
                            UnavailableException.class,
                            () -> Failing.open(url("?tls=true&tls_ca_file=" + another.certificate())))
                    .startsWith(displayUrl() + " cannot be reached by TLS (create database): ")
                    .endsWith("does tls_ca_file (" + another.certificate() + ") name the certificate to trust?");
        }
    }

    @Test
    void open_caFileMissing() {
        Path missing = folder.resolve("missing.pem");

        Failing.assertFails(
                        ClickHouseFixture.server(),
                        InvalidRequestException.class,
                        () -> Failing.open(url("?tls=true&tls_ca_file=" + missing)))
                .startsWith(
                        displayUrl() + " cannot be opened; tls_ca_file must name a file of certificates in PEM, and is "
                                + missing + ": ");
    }

    @Test
    void open_caFileIsNoCertificate() throws Exception {
        Path text = Files.writeString(folder.resolve("text.pem"), "no certificate");

        Failing.assertFails(
                        ClickHouseFixture.server(),
                        InvalidRequestException.class,
                        () -> Failing.open(url("?tls=true&tls_ca_file=" + text)))
                .startsWith(
                        displayUrl() + " cannot be opened; tls_ca_file must name a file of certificates in PEM, and is "
                                + text + ": ");
    }

    @Test
    void open_tlsOnAPortWithoutIt() {
        Failing.assertFails(
                        ClickHouseFixture.server(),
                        UnavailableException.class,
                        () -> Failing.open(ClickHouseFixture.server().url(database) + "?tls=true"))
                .contains(" cannot be reached by TLS (create database): ")
                .contains("Does this port speak TLS");
    }

    @Test
    void open_portOfTlsWithoutIt() {
        Failing.assertFails(ClickHouseFixture.server(), UnavailableException.class, () -> Failing.open(url("")))
                .startsWith(displayUrl())
                .endsWith("Is the server up, and are host, port and tls right?");
    }
}
