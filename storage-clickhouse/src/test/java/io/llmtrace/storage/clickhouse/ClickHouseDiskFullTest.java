package io.llmtrace.storage.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.llmtrace.dev.clickhouse.ClickHouseServer;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.OverloadedException;
import io.llmtrace.storage.StoreHealth;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Failures of a server that has no space left on its disk. */
@Timeout(180)
final class ClickHouseDiskFullTest {

    private static final String NO_SPACE =
            "no space left on the server's disk; delete old traces, free some, or add a disk. Code ";

    private final UUID tenant = UUID.randomUUID();

    @TempDir
    Path folder;

    /** Makes the server keep more space free than the disk has, which needs no special disk. */
    @Test
    void storeSpans_serverMustKeepMoreFreeThanThereIs() {
        List<TraceSpan> before = Failing.spans(tenant, 3);
        List<TraceSpan> during = Failing.spans(tenant, 3);
        int port;
        try (ClickHouseServer server =
                ClickHouseServer.start(Failing.options().folder(folder).build())) {
            port = server.httpPort();
            try (ClickHouseTraceRepository repository = Failing.open(server, "")) {
                repository.storeSpans(before);
            }
        }
        String keepsAllFree = """
                <clickhouse><storage_configuration><disks><default>
                  <keep_free_space_bytes>%d</keep_free_space_bytes>
                </default></disks></storage_configuration></clickhouse>""".formatted(Long.MAX_VALUE / 4);
        try (ClickHouseServer full = ClickHouseServer.start(Failing.options()
                        .folder(folder)
                        .httpPort(port)
                        .configXml(keepsAllFree)
                        .build());
                ClickHouseTraceRepository repository = Failing.open(full, "")) {
            Failing.assertFails(full, OverloadedException.class, () -> repository.storeSpans(during))
                    .startsWith(Failing.displayUrl(full) + " (insert into ")
                    .contains(NO_SPACE + "243: ");
            assertThat(Failing.stored(repository, before)).isEqualTo(before);
            assertThat(Failing.stored(repository, during)).isEmpty();
        }
        try (ClickHouseServer again = ClickHouseServer.start(
                        Failing.options().folder(folder).httpPort(port).build());
                ClickHouseTraceRepository repository = Failing.open(again, "")) {
            repository.storeSpans(during);
            assertThat(Failing.stored(repository, before)).isEqualTo(before);
            assertThat(Failing.stored(repository, during)).isEqualTo(during);
            assertThat(repository.stats(tenant).totalSpans()).isEqualTo(6);
        }
    }

    @Test
    void storeSpans_diskRunsFull_keepsWhatWasAcknowledgedAndGoesOnWhenThereIsSpace() throws Exception {
        assumeTrue(
                isRoot(),
                "only root may mount a small disk; storeSpans_serverMustKeepMoreFreeThanThereIs needs no root");
        run("mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", folder.toString());
        try (ClickHouseServer server = ClickHouseServer.start(
                        Failing.options().folder(folder.resolve("server")).build());
                ClickHouseTraceRepository repository = Failing.open(server, "")) {
            List<List<TraceSpan>> acknowledged = new ArrayList<>();
            List<TraceSpan> refused = fill(repository, server, acknowledged);
            assertThat(acknowledged).hasSizeGreaterThan(2);
            assertHolds(repository, acknowledged);
            assertThat(Failing.stored(repository, refused)).isEmpty();
            assertThat(repository.check())
                    .extracting(StoreHealth::state, health -> health.details().get("full"))
                    .containsExactly(StoreHealth.State.FULL, "disk");

            assertThat(repository.deleteTrace(tenant, acknowledged.get(0).get(0).traceId()))
                    .isTrue();
            acknowledged.remove(0);
            assertThat(repository.check().state()).isEqualTo(StoreHealth.State.OK);
            assertHolds(repository, acknowledged);

            run("mount", "-o", "remount,size=900m", folder.toString());
            repository.storeSpans(refused);
            acknowledged.add(refused);
            assertHolds(repository, acknowledged);
            repository.compact();
            assertHolds(repository, acknowledged);
        } finally {
            run("umount", folder.toString());
        }
    }

    /** Writes until the server refuses, and returns the refused spans. */
    private List<TraceSpan> fill(
            ClickHouseTraceRepository repository, ClickHouseServer server, List<List<TraceSpan>> acknowledged) {
        while (true) {
            List<TraceSpan> spans = Failing.spans(tenant, 4, Failing.noise(1 << 20));
            try {
                repository.storeSpans(spans);
                acknowledged.add(spans);
            } catch (OverloadedException e) {
                assertThat(e).hasMessageStartingWith(Failing.displayUrl(server) + " (insert into ");
                assertThat(e).hasMessageContaining(NO_SPACE);
                assertThat(Failing.stackTrace(e)).doesNotContain(server.password());
                return spans;
            }
        }
    }

    private void assertHolds(ClickHouseTraceRepository repository, List<List<TraceSpan>> calls) {
        for (List<TraceSpan> spans : calls) {
            assertThat(Failing.stored(repository, spans)).isEqualTo(spans);
        }
        assertThat(repository.stats(tenant).totalSpans()).isEqualTo(4L * calls.size());
    }

    private boolean isRoot() throws IOException {
        return Files.getAttribute(folder, "unix:uid").equals(0);
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
