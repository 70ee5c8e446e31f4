package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.server.TenantResolver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLetterCommandsTest {

    private static final UUID TRACE = UUID.fromString("00000000-0000-0000-0000-000000000bad");

    @TempDir
    Path folder;

    private CliRun cli;

    @BeforeEach
    void prepare() {
        cli = new CliRun(folder);
    }

    @Test
    void list_saysWhenWhoseHowMuchAndWhy() throws IOException {
        assertThat(cli.runLine("deadletter list").out()).isEqualTo("0 dead letters\n");
        writeLetter();

        assertThat(cli.runLine("deadletter list").lines())
                .hasSize(2)
                .anySatisfy(line ->
                        assertThat(line).contains(TenantResolver.DEFAULT_TENANT.toString(), "1 spans", "too large"))
                .endsWith("1 dead letter");
        assertThat(cli.runLine("deadletter list --json").out())
                .contains("\"reason\":\"too large\"", "\"items\":[{", TRACE.toString());
    }

    @Test
    void replay_storesWhatTheStoreTakesNow() throws IOException {
        writeLetter();

        CliRun.Result result = cli.runLine("deadletter replay");

        assertThat(result).isEqualTo(new CliRun.Result(0, "stored 1 span; 0 dead letters left\n", ""));
        assertThat(cli.runLine("deadletter list").out()).isEqualTo("0 dead letters\n");
        assertThat(cli.runLine("show " + TRACE).out()).contains("chat");
    }

    @Test
    void delete_withoutTheServer_saysThatAReplayMayBringItBack() throws IOException {
        writeLetter();
        cli.runLine("deadletter replay"); // creates the store
        writeLetter();
        String warning = "dead letters in " + folder.resolve("data") + " may hold spans of what was deleted";

        assertThat(cli.runLine("delete --before 2026-04-01T00:00:00Z --yes").err())
                .contains(warning);
        cli.runLine("deadletter replay");
        assertThat(cli.runLine("delete --before 2026-04-01T00:00:00Z --yes").err())
                .doesNotContain("dead letters");
    }

    private void writeLetter() throws IOException {
        TraceSpan span = TraceSpan.builder(
                        TenantResolver.DEFAULT_TENANT,
                        TRACE,
                        new UUID(0, 7),
                        "chat",
                        Instant.parse("2026-03-01T12:00:00Z"))
                .build();
        Path data = Files.createDirectories(folder.resolve("data"));
        Files.writeString(
                data.resolve("dead-letters.ndjson"),
                "{\"at\":\"2026-03-01T12:00:01Z\",\"tenant_id\":\"" + TenantResolver.DEFAULT_TENANT
                        + "\",\"reason\":\"too large\",\"kind\":\"spans\",\"items\":[" + TraceJson.write(span)
                        + "]}\n");
    }
}
