package io.llmtrace.server.internal.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.json.CsvTable;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.server.RunningServer;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.TraceSummary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ExportTest {

    private static RunningServer server;

    @BeforeAll
    static void start() {
        server = RunningServer.inMemory();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void export_ofAList_isTheList() throws IOException {
        for (int i = 1; i <= 250; i++) {
            server.repository()
                    .storeSpan(span(i).kind(i % 5 == 0 ? SpanKind.TOOL : SpanKind.LLM)
                            .prompt(i == 10 ? "=cmd, \"quoted\"\nlate refund" : "late refund " + "y".repeat(3_000))
                            .build());
        }
        String filters = "kind=tool&q=refund";
        TraceQuery.Builder query = TraceQuery.builder(RunningServer.TENANT)
                .kind(SpanKind.TOOL)
                .text("refund")
                .limit(1_000);
        List<TraceSpan> spans = server.repository().querySpans(query.build()).items();
        List<TraceSummary> traces =
                server.repository().queryTraceSummaries(query.build()).items();
        assertThat(spans).hasSize(50);

        RunningServer.Answer lines = server.get("/api/v1/export?what=spans&" + filters);
        assertThat(lines.header("content-type")).isEqualTo("application/x-ndjson");
        assertThat(lines.text().lines().map(TraceJson::readSpan).collect(Collectors.toList()))
                .isEqualTo(spans);
        RunningServer.Answer table = server.get("/api/v1/export?what=spans&format=csv&" + filters);
        assertThat(table.header("content-type")).isEqualTo("text/csv; charset=utf-8; header=present");
        assertThat(table.text()).isEqualTo(table(CsvTable.ofSpans(), spans)).contains("\"'=cmd, \"\"quoted\"\"\nlate");
        assertThat(server.get("/api/v1/export?format=csv&" + filters).text())
                .isEqualTo(table(CsvTable.ofSummaries(), traces));
        assertThat(server.get("/api/v1/export?what=spans&format=csv&order=oldest_first&limit=1&" + filters)
                        .text())
                .isEqualTo(table(CsvTable.ofSpans(), spans.subList(49, 50)));
        assertThat(server.get("/api/v1/export?format=csv&model_name=none").text())
                .isEqualTo(table(CsvTable.ofSummaries(), List.of()));
        assertThat(server.get("/api/v1/export?format=xml").text()).contains("not one of [ndjson, csv]: 'xml'");
        assertThat(server.get("/api/v1/export?what=all").text()).contains("not one of [traces, spans]: 'all'");
    }

    private static String table(CsvTable table, List<?> items) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        table.writeHeader(out);
        for (Object item : items) {
            table.writeRow(out, item);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Returns a span that starts that many seconds after another time; two of them are in each trace. */
    private static TraceSpan.Builder span(int number) {
        return TraceSpan.builder(
                RunningServer.TENANT,
                new UUID(6, number / 2),
                Ids.spanIdOf(number),
                String.valueOf(number),
                Instant.parse("2026-03-01T12:00:00Z").plusSeconds(number));
    }
}
