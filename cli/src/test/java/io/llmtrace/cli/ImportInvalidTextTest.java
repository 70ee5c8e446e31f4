package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.cli.context.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A line with text that is not valid Unicode is stored, with U+FFFD in the place of what is wrong. */
class ImportInvalidTextTest {

    @TempDir
    Path folder;

    @Test
    void invalidText_isReplaced() throws IOException {
        String line = "{\"trace_id\":\"%032x\",\"span_id\":\"%016x\",\"operation_name\":\"chat\","
                + "\"start_time\":\"2026-01-31T09:30:00Z\",\"prompt\":\"%s\"}\n";
        String lines = line.formatted(1, 1, "escaped \\ud83e") + line.formatted(2, 2, "bytes ?");
        byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = bytes[i] == '?' ? (byte) 0xff : bytes[i];
        }
        Files.write(folder.resolve("cut.ndjson"), bytes);
        CliRun cli = new CliRun(folder);

        CliRun.Result result = cli.runLine("import cut.ndjson");

        assertThat(result.code()).isEqualTo(ExitCode.OK);
        assertThat(cli.runLine("export").out())
                .contains("\"prompt\":\"escaped \ufffd\"")
                .contains("\"prompt\":\"bytes \ufffd\"");
    }
}
