package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.server.LlmTraceServer;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on a SQLite file in which a page was overwritten: most pages hold the bodies of spans. */
class DamagedStoreTest {

    private static final int TRACES = 100;
    private static final int DAMAGED_PAGE = 150;
    private static final int PAGE = 4096;

    @TempDir
    Path folder;

    private String url = "";

    @BeforeEach
    void damage() throws IOException {
        Path file = folder.resolve("t.db");
        url = "sqlite:" + file;
        Random random = new Random(5);
        try (TraceRepository repository = TraceRepositories.open(url)) {
            for (int i = 0; i < TRACES; i++) {
                byte[] noise = new byte[10_000];
                random.nextBytes(noise);
                repository.storeSpan(TraceSpan.builder(
                                Fixture.TENANT, new UUID(1, i), new UUID(2, i), "chat", Instant.ofEpochSecond(i))
                        .prompt(HexFormat.of().formatHex(noise))
                        .build());
            }
        }
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek((long) DAMAGED_PAGE * PAGE);
            bytes.write(new byte[PAGE]);
        }
    }

    @Test
    void export_namesTheTracesThatItLeavesOut_andWhatItWritesCanBeImported() {
        CliRun cli = new CliRun(folder);
        CliRun.Result toFile = cli.runLine("export --storage " + url + " --output saved.ndjson");

        assertThat(toFile.code()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(toFile.err())
                .contains("exported 99 traces with 99 spans to saved.ndjson", "left out 1 trace that cannot be read: ")
                .contains("00000000-0000-0001-0000-", "t.db is damaged");
        assertThat(folder.resolve("saved.ndjson")).exists();
        String other = " --storage sqlite:" + folder.resolve("new.db");
        assertThat(cli.runLine("import saved.ndjson" + other).code()).isZero();
        assertThat(cli.runLine("export" + other).lines()).hasSize(TRACES - 1);
    }

    @Test
    void exportFromAServer_isTheSame() {
        CliRun cli = new CliRun(folder);
        CliRun.Result local = cli.runLine("export --storage " + url);
        assertThat(local.code()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(local.lines()).hasSize(TRACES - 1);
        ServerConfig config =
                ServerConfig.builder().port(0).otlpPorts(List.of()).build();
        try (TraceRepository repository = TraceRepositories.open(url);
                LlmTraceServer server = LlmTraceServer.start(config, repository)) {
            assertThat(cli.runLine("export --server " + server.uri())).isEqualTo(local);
            // The answer may be of a check before the export.
            await().untilAsserted(() -> assertThat(
                            cli.runLine("doctor --server " + server.uri()).out())
                    .contains("warn  server ", "t.db is damaged"));
        }
    }

    @Test
    void doctor_findsDamagedPages_andSaysWhatToDo() {
        String doctor = "doctor --port 0 --otlp-ports false --storage ";
        CliRun cli = new CliRun(folder);
        CliRun.Result damaged = cli.runLine(doctor + url);
        assertThat(damaged.code()).isEqualTo(ExitCode.FAILED);
        assertThat(damaged.out())
                .contains("fail  integrity ", "is damaged (", "llmtrace export", "llmtrace import", "into a new one");

        TraceRepositories.open("sqlite:" + folder.resolve("other.db")).close();
        assertThat(cli.runLine(doctor + "sqlite:" + folder.resolve("other.db")).out())
                .contains("ok    integrity    no damage found");
    }
}
