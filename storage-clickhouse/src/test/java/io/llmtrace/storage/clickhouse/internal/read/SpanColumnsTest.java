package io.llmtrace.storage.clickhouse.internal.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.clickhouse.internal.engine.DeclaredColumns;
import io.llmtrace.storage.clickhouse.internal.engine.RowInput;
import io.llmtrace.storage.clickhouse.internal.engine.RowOutput;
import io.llmtrace.storage.clickhouse.internal.write.EncodedRows;
import io.llmtrace.storage.filter.QueryFilter;
import io.llmtrace.testkit.Samples;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares the list of columns with the table and with the fields of spans, and plays the server's part for one row. */
final class SpanColumnsTest {

    private static final UUID TENANT = UUID.randomUUID();
    private static final List<String> READ = List.of(SpanColumns.SELECT.split(", "));
    private static final List<String> KEY = EncodedRows.LOCATION_COLUMNS;

    @Test
    void columns_areThoseOfTheTable() {
        List<String> declared = new ArrayList<>(EncodedRows.ROW_COLUMNS);
        declared.add("retention_days"); // is always its default

        assertThat(declared)
                .containsExactlyInAnyOrderElementsOf(DeclaredColumns.of("spans").keySet());
    }

    @Test
    void columns_holdEveryPropertyOutsideTheKey() {
        List<String> properties = SpanField.properties().stream()
                .map(SpanField::name)
                .filter(name -> !KEY.contains(name))
                .toList();

        assertThat(READ).containsExactlyInAnyOrderElementsOf(properties);
        assertThat(SpanColumns.WRITTEN).containsAll(READ);
    }

    static Stream<SpanField<?>> comparedProperties() {
        Stream<SpanField<?>> filtered = QueryFilter.all().stream().map(QueryFilter::field);
        Stream<SpanField<?>> grouped = SpanField.all().stream().filter(SpanField::isSuggested);
        return Stream.concat(filtered, grouped)
                .distinct()
                .filter(field -> field.isProperty() && !KEY.contains(field.name()));
    }

    @ParameterizedTest
    @MethodSource("comparedProperties")
    void nameOf_propertyThatSpansAreFilteredOrGroupedBy_isItsColumn(SpanField<?> field) {
        assertThat(SpanColumns.nameOf(field)).isEqualTo(field.name());
    }

    @Test
    void nameOf_body_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SpanColumns.nameOf(SpanField.PROMPT))
                .withMessage("no column holds the field: prompt");
    }

    static Stream<TraceSpan> spans() {
        return Stream.of(
                Samples.full(TENANT, UUID.randomUUID(), UUID.randomUUID()),
                TraceSpan.builder(TENANT, UUID.randomUUID(), UUID.randomUUID(), "least", Instant.EPOCH)
                        .build());
    }

    @ParameterizedTest
    @MethodSource("spans")
    void readInto_columnsThatWereWritten_isTheSpan(TraceSpan span) throws IOException {
        RowOutput written = new RowOutput();
        SpanColumns.write(written, span);
        Map<String, RowOutput> columns = columnsOf(input(List.of(written)));

        RowInput selected = input(READ.stream().map(columns::get).toList());
        TraceSpan.Builder read =
                TraceSpan.builder(span.tenantId(), span.traceId(), span.spanId(), "", span.startTime());
        SpanColumns.readInto(selected, read);

        assertThat(read.build()).isEqualTo(span);
        assertThat(selected.hasNext()).isFalse();
    }

    /** Takes a row apart by the types of the table, as the server does. */
    private static Map<String, RowOutput> columnsOf(RowInput row) throws IOException {
        Map<String, String> types = DeclaredColumns.of("spans");
        Map<String, RowOutput> columns = new HashMap<>();
        for (String name : SpanColumns.WRITTEN) {
            RowOutput column = new RowOutput();
            copy(row, types.get(name), column);
            columns.put(name, column);
        }
        assertThat(row.hasNext()).isFalse();
        return columns;
    }

    private static void copy(RowInput from, String type, RowOutput to) throws IOException {
        int parenthesis = type.indexOf('(');
        String outer = parenthesis < 0 ? type : type.substring(0, parenthesis);
        String inner = parenthesis < 0 ? "" : type.substring(parenthesis + 1, type.length() - 1);
        switch (outer) {
            case "Bool", "UInt8" -> to.writeByte(from.readByte());
            case "UInt16" -> to.writeShort(from.readShort());
            case "UInt64", "Float64", "DateTime64" -> to.writeLong(from.readLong());
            case "UUID" -> to.writeUuid(from.readUuid());
            case "String" -> to.writeText(from.readText());
            case "LowCardinality" -> copy(from, inner, to);
            case "Nullable" -> {
                boolean present = from.readPresence();
                to.writeByte(present ? 0 : 1);
                if (present) {
                    copy(from, inner, to);
                }
            }
            case "Array" -> copyEach(from, List.of(inner), to);
            case "Map" -> copyEach(from, List.of(inner.split(", ")), to);
            default -> throw new AssertionError("no encoding of this type: " + type);
        }
    }

    private static void copyEach(RowInput from, List<String> types, RowOutput to) throws IOException {
        int count = from.readCount();
        to.writeCount(count);
        for (int i = 0; i < count; i++) {
            for (String type : types) {
                copy(from, type, to);
            }
        }
    }

    private static RowInput input(List<RowOutput> outputs) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (RowOutput output : outputs) {
            output.writeTo(bytes);
        }
        return new RowInput(new ByteArrayInputStream(bytes.toByteArray()));
    }
}
