package io.llmtrace.cli.options;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.cli.CliRun;
import io.llmtrace.cli.Fixture;
import io.llmtrace.model.FieldType;
import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.server.LlmTraceServer;
import io.llmtrace.server.ServerConfig;
import io.llmtrace.storage.TraceRepositories;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.filter.QueryFilter;
import io.llmtrace.testkit.Samples;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every filter, as an option of a command on a store and, by way of a request's parameters, on a server. */
class FilterOptionsTest {

    private static final UUID TRACE_ID = new UUID(1, 2);
    private static final UUID SPAN_ID = Ids.spanIdOf(0xabc);
    private static final TraceSpan FULL = Samples.full(Fixture.TENANT, TRACE_ID, SPAN_ID);
    private static final TraceSpan EMPTY = TraceSpan.builder(
                    Fixture.TENANT,
                    new UUID(1, 3),
                    Ids.spanIdOf(0xdef),
                    "other",
                    FULL.startTime().minusSeconds(1))
            .build();

    @TempDir
    static Path folder;

    private static TraceRepository repository;
    private static LlmTraceServer server;
    private static String url;

    private final CliRun cli = new CliRun(folder);

    @BeforeAll
    static void serve() {
        url = "sqlite:" + folder.resolve("t.db");
        repository = TraceRepositories.open(url);
        repository.storeSpan(FULL);
        repository.storeSpan(EMPTY);
        server = LlmTraceServer.start(
                ServerConfig.builder().port(0).otlpPorts(List.of()).build(), repository);
    }

    @AfterAll
    static void end() {
        server.close();
        repository.close();
    }

    @ParameterizedTest
    @MethodSource("filters")
    void option_selectsTheSameSpansLocallyAndRemotely(QueryFilter<?> filter) {
        String option = FilterOptions.namesOf(filter)[0] + "=" + textFor(filter);

        CliRun.Result local = cli.run("query", "--spans", "--json", option, "--storage", url);
        CliRun.Result remote = cli.run(
                "query", "--spans", "--json", option, "--server", server.uri().toString());

        assertThat(local.err()).isEmpty();
        assertThat(local.out()).contains(Ids.formatSpanId(SPAN_ID));
        if (filter.comparison() != QueryFilter.Comparison.AT_MOST) {
            assertThat(local.lines()).hasSize(1);
        }
        assertThat(remote).isEqualTo(local);
    }

    @ParameterizedTest
    @MethodSource("fieldsThatSpansMayLack")
    void presence_selectsTheSameSpansLocallyAndRemotely(SpanField<?> field) {
        for (String name : List.of(field.name(), field.shortNames().get(0))) {
            assertSelects(SPAN_ID, "--has=" + name);
            assertSelects(EMPTY.spanId(), "--lacks=" + name);
        }
    }

    private void assertSelects(UUID spanId, String option) {
        CliRun.Result local = cli.run("query", "--spans", "--json", option, "--storage", url);
        CliRun.Result remote = cli.run(
                "query", "--spans", "--json", option, "--server", server.uri().toString());

        assertThat(local.err()).isEmpty();
        assertThat(local.lines()).hasSize(1);
        assertThat(local.out()).contains(Ids.formatSpanId(spanId));
        assertThat(remote).isEqualTo(local);
    }

    @Test
    void presence_ofARequiredField_isRefused() {
        CliRun.Result result = cli.run("query", "--lacks", "operation", "--storage", url);

        assertThat(result.err())
                .contains("--lacks", "not a field that a span may lack [parent, trace-name, ", "tag.KEY]: 'operation'");
    }

    static List<SpanField<?>> fieldsThatSpansMayLack() {
        return Stream.concat(
                        SpanField.all().stream().filter(SpanField::isFilteredByPresence),
                        FULL.tags().keySet().stream()
                                .filter(key -> !key.isEmpty())
                                .limit(1)
                                .map(SpanField::tag))
                .toList();
    }

    static List<QueryFilter<?>> filters() {
        return QueryFilter.all();
    }

    private static String textFor(QueryFilter<?> filter) {
        String text = filter.field().textsOf(FULL).iterator().next();
        return filter.type() == FieldType.DURATION_MS ? text + "ms" : text;
    }
}
