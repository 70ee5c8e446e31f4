package io.llmtrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.cli.context.ExitCode;
import io.llmtrace.cli.ndjson.NdjsonReader;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.UnavailableException;
import io.llmtrace.storage.memory.InMemoryTraceRepository;
import io.llmtrace.storage.spi.ForwardingTraceRepository;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that were cut off or damaged: what could be read is stored, and the end is named. */
class ImportCutFilesTest {

    @TempDir
    Path folder;

    private final String text = lines(1, 2_000);

    /** Returns spans, each of a trace of its own, with a prompt that hardly compresses. */
    private static String lines(int from, int to) {
        StringBuilder lines = new StringBuilder();
        Random random = new Random(from);
        for (int i = from; i <= to; i++) {
            lines.append(String.format(
                    "{\"trace_id\":\"%032x\",\"span_id\":\"%016x\",\"operation_name\":\"chat\","
                            + "\"start_time\":\"2026-01-31T09:30:00Z\",\"prompt\":\"%016x\"}\n",
                    i, i, random.nextLong()));
        }
        return lines.toString();
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    @Test
    void gzip_thatWasCutOff_namesFileLineAndWhatIsStored() throws IOException {
        byte[] whole = gzip(text);
        Files.write(folder.resolve("cut.ndjson.gz"), Arrays.copyOf(whole, whole.length / 2));
        Files.writeString(folder.resolve("next.ndjson"), lines(5_000, 5_001));
        CliRun cli = new CliRun(folder);

        CliRun.Result result = cli.runLine("import cut.ndjson.gz next.ndjson");

        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err())
                .matches(
                        "cut\\.ndjson\\.gz:\\d+: the file ends amid its compressed data, so it was cut off; [\\d,]+ traces"
                                + " before that are stored\n");
        long line = Long.parseLong(result.err().replaceAll("(?s)^.*?:(\\d+):.*", "$1"));
        long before = Long.parseLong(
                result.err().replaceAll("(?s)^.*off; ([\\d,]+) .*", "$1").replace(",", ""));
        assertThat(before).isEqualTo(line - 1).isBetween(100L, 1_900L);
        assertThat(result.out())
                .isEqualTo(String.format("imported %,d traces with %,d spans%n", before + 2, before + 2));
        assertThat(cli.runLine("stats").lines().get(0).replace(",", "")).endsWith(" " + (before + 2));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 9, 12})
    void gzip_ofWhichHardlyAnythingIsLeft_isNamed(int bytes) throws IOException {
        Files.write(folder.resolve("cut.ndjson.gz"), Arrays.copyOf(gzip(text), bytes));

        CliRun.Result result = new CliRun(folder).runLine("import cut.ndjson.gz");

        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err())
                .isEqualTo("cut.ndjson.gz:1: the file ends amid its compressed data, so it was cut off;"
                        + " 0 traces before that are stored\n");
        assertThat(result.out()).isEqualTo("imported 0 traces with 0 spans\n");
    }

    @Test
    void gzip_thatIsDamaged_isNamed() throws IOException {
        byte[] damaged = gzip(text);
        Arrays.fill(damaged, damaged.length / 2, damaged.length / 2 + 100, (byte) 0xff);
        Files.write(folder.resolve("damaged.ndjson.gz"), damaged);

        CliRun.Result result = new CliRun(folder).runLine("import damaged.ndjson.gz --json");

        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err()).contains("damaged.ndjson.gz:");
        assertThat(TraceJson.readTree(result.out().getBytes(StandardCharsets.UTF_8))
                        .path("broken_files"))
                .singleElement()
                .satisfies(broken -> {
                    assertThat(broken.path("file").asText()).isEqualTo("damaged.ndjson.gz");
                    assertThat(broken.path("line").asLong()).isPositive();
                    assertThat(broken.path("reason").asText()).contains("compressed data is damaged");
                });
    }

    @Test
    void line_thatWasCutOff_isRejectedAsSuch() throws IOException {
        Files.writeString(folder.resolve("cut.ndjson"), text.substring(0, text.length() - 20));

        CliRun.Result result = new CliRun(folder).runLine("import cut.ndjson");

        assertThat(result.code()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(result.out()).isEqualTo("imported 1,999 traces with 1,999 spans\n");
        assertThat(result.err())
                .startsWith("cut.ndjson:2000: not JSON at line 1, column ")
                .contains("; the file ends in this line, so it may have been cut off\n1 line rejected");
    }

    @Test
    void store_thatFailsAmid_namesWhereAndWhatIsStored() throws IOException {
        Files.writeString(folder.resolve("all.ndjson"), text);
        CliRun cli = new CliRun(folder);
        cli.stores = url -> new FailingRepository(2);

        CliRun.Result result = cli.runLine("import all.ndjson");

        assertThat(result.code()).isEqualTo(ExitCode.FAILED);
        assertThat(result.err())
                .isEqualTo(
                        "stopped at all.ndjson:1001; imported 1,000 traces with 1,000 spans before that. Importing all"
                                + " again changes nothing in these\nllmtrace: no more\n");
    }

    @Test
    void gzip_afterGzip_isReadEvenIfThePipeHasNothingYet() throws IOException {
        // The first stream ends where the decompressor asks whether more is available.
        InputStream parts =
                new SequenceInputStream(
                        new ByteArrayInputStream(gzip("one\n")), new ByteArrayInputStream(gzip("two\n"))) {
                    @Override
                    public int available() {
                        return 0;
                    }
                };
        try (NdjsonReader lines = NdjsonReader.of(parts, 0)) {
            assertThat(new String(lines.next(), StandardCharsets.UTF_8)).isEqualTo("one");
            assertThat(new String(lines.next(), StandardCharsets.UTF_8)).isEqualTo("two");
            assertThat(lines.next()).isNull();
        }
    }

    /** A store that fails after some batches. */
    private static final class FailingRepository extends ForwardingTraceRepository {
        private final TraceRepository delegate = new InMemoryTraceRepository();
        private final int goodCalls;
        private int calls;

        FailingRepository(int goodCalls) {
            this.goodCalls = goodCalls;
        }

        @Override
        protected TraceRepository delegate() {
            return delegate;
        }

        @Override
        public void storeSpans(Collection<TraceSpan> spans) {
            if (++calls > goodCalls) {
                throw new UnavailableException("no more");
            }
            super.storeSpans(spans);
        }

        @Override
        public void close() {
            delegate.close();
        }
    }
}
