package io.llmtrace.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.ingest.IngestConfig;
import io.llmtrace.server.ServerConfig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeapChecksTest {

    private static final long MIB = 1 << 20;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-ea               |          |         | default of the JVM: a quarter of the memory",
                "-Xmx512m -ea      | -Xmx512m |         | -Xmx512m by default: half of the memory, at most 2 GiB",
                "-Xmx512m          |          |         | -Xmx512m from the command line of java",
                "-Xmx512m -Xmx1g   | -Xmx512m |         | -Xmx1g from the command line of java",
                "-Xms1g -Xmx3g     |          | -Xmx3g  | -Xmx3g from LLMTRACE_JAVA_OPTS",
                "-XX:MaxRAMPercentage=70 | | -XX:MaxRAMPercentage=70 | -XX:MaxRAMPercentage=70 from LLMTRACE_JAVA_OPTS",
            })
    void origin_isTheLastOptionAndWhoSetIt(String arguments, String launcher, String variable, String expected) {
        assertThat(HeapChecks.origin(
                        List.of(arguments.split(" ")),
                        launcher == null ? "" : launcher,
                        variable == null ? Map.of() : Map.of("LLMTRACE_JAVA_OPTS", variable)))
                .startsWith(expected);
    }

    @Test
    void heap_saysWhatRequestsMayTakeOfIt() {
        Diagnosis heap = HeapChecks.heap(512 * MIB, "-Xmx512m from LLMTRACE_JAVA_OPTS", config(128 * MIB));

        assertThat(heap.result()).isEqualTo(Diagnosis.Result.OK);
        assertThat(heap.message())
                .isEqualTo(
                        "up to 512.0 MiB (-Xmx512m from LLMTRACE_JAVA_OPTS), of which request bodies may take"
                                + " 128.0 MiB (max-request-memory), answers 128.0 MiB (max-read-memory), and requests that wait for the store 64.0 MiB");
    }

    @Test
    void heap_thatRequestsMayFillIsWarnedOf() {
        Diagnosis heap = HeapChecks.heap(512 * MIB, "-Xmx512m", config(400 * MIB));

        assertThat(heap.result()).isEqualTo(Diagnosis.Result.WARN);
        assertThat(heap.message()).contains("lower --max-request-memory");
    }

    private static ServerConfig config(long maxRequestMemory) {
        return ServerConfig.builder()
                .maxRequestMemory(maxRequestMemory)
                .maxReadMemory(128 * MIB)
                .ingest(IngestConfig.builder().maxBytesInFlight(64 * MIB).build())
                .build();
    }
}
