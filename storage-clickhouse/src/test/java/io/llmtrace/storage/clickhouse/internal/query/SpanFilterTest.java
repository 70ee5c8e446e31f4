package io.llmtrace.storage.clickhouse.internal.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceQuery;
import io.llmtrace.storage.clickhouse.ClickHouseSettings;
import io.llmtrace.storage.clickhouse.internal.engine.Database;
import io.llmtrace.storage.clickhouse.internal.write.EncodedRows;
import io.llmtrace.storage.filter.QueryFilter;
import io.llmtrace.testkit.Samples;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SpanFilterTest {

    /** Conditions without a phrase read nothing. */
    private static final Database NO_DATABASE = new Database(ClickHouseSettings.parse("clickhouse://127.0.0.1:9/none"));

    private static final UUID TENANT = UUID.randomUUID();
    private static final TraceSpan SPAN = Samples.full(TENANT, UUID.randomUUID(), UUID.randomUUID());

    static List<QueryFilter<?>> filters() {
        return QueryFilter.all();
    }

    @ParameterizedTest
    @MethodSource("filters")
    void of_anyFilter_comparesAColumnMoreThanNoFilter(QueryFilter<?> filter) {
        String value = filter.field().textsOf(SPAN).iterator().next();
        TraceQuery.Builder query = TraceQuery.builder(TENANT);

        List<String> unfiltered = columnsIn(query.build());
        query.parseFilter(filter, value);

        assertThat(columnsIn(query.build())).containsAll(unfiltered).hasSizeGreaterThan(unfiltered.size());
    }

    /** Returns the columns that the condition of a query names outside its parameters, which have the names of columns, too. */
    private static List<String> columnsIn(TraceQuery query) {
        String sql = SpanFilter.of(
                        NO_DATABASE,
                        query,
                        () -> {
                            throw new AssertionError("no condition on other spans");
                        },
                        new OutdatedAttributes(NO_DATABASE))
                .sql()
                .replaceAll("\\{[^}]*}", "");
        List<String> words = List.of(sql.split("\\W+"));
        return EncodedRows.ROW_COLUMNS.stream().filter(words::contains).toList();
    }
}
