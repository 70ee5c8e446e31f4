package io.llmtrace.storage.sqlite.internal.read;

import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceSummarizer;
import io.llmtrace.storage.sqlite.internal.engine.DictionaryReader;
import io.llmtrace.storage.sqlite.internal.engine.ResultRow;
import io.llmtrace.storage.sqlite.internal.engine.SelectList;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A selection of the columns of spans: gives the select list of a statement, and reads the rows of its result. */
final class SpanSelection {

    /** The columns of a span without its body. */
    static final SpanSelection SPAN = of(spanColumns());

    /** {@link #SPAN}, and the columns from which a list shows errors, findings and actions. */
    static final SpanSelection OUTLINE = of(Stream.concat(
                    spanColumns().stream(),
                    Stream.of(
                            SpanColumns.ERROR,
                            SpanColumns.ERROR_PREVIEW,
                            SpanColumns.FINDING_COUNT,
                            SpanColumns.ACTION_COUNT))
            .toList());

    /** The columns of a span that the summary of its trace needs. */
    static final SpanSelection SUMMARIZED = of(Stream.concat(
                    Stream.of(SpanColumns.ID, SpanColumns.BLOCK, SpanColumns.ERROR, SpanColumns.FINDING_COUNT),
                    TraceSummarizer.fields().stream().map(SpanColumns::of))
            .toList());

    private static final int NOT_SELECTED = 0;

    private final String sql;
    private final int[] positions;
    private final List<SpanColumn<?>> settable;

    private SpanSelection(String sql, int[] positions, List<SpanColumn<?>> settable) {
        this.sql = sql;
        this.positions = positions;
        this.settable = settable;
    }

    private static SpanSelection of(List<SpanColumn<?>> columns) {
        SelectList list = new SelectList();
        int[] positions = new int[SpanColumns.ALL.size()];
        Arrays.fill(positions, NOT_SELECTED);
        for (SpanColumn<?> column : columns) {
            positions[column.index()] = list.add(column.expression());
        }
        return new SpanSelection(
                list.sql(),
                positions,
                columns.stream().filter(SpanColumn::isSettable).toList());
    }

    private static List<SpanColumn<?>> spanColumns() {
        return Stream.concat(
                        Stream.of(
                                SpanColumns.ID,
                                SpanColumns.BLOCK,
                                SpanColumns.TRACE_ID,
                                SpanColumns.SPAN_ID,
                                SpanColumns.OPERATION,
                                SpanColumns.START_TIME),
                        SpanColumns.ALL.stream().filter(SpanColumn::isSettable))
                .toList();
    }

    /** Returns the select list, over {@code s}, a row of {@code spans}, and {@code t}, that of its trace. */
    String sql() {
        return sql;
    }

    Cells at(ResultRow row, DictionaryReader dictionary) {
        return new Cells(row, dictionary);
    }

    /** The selected columns of one row. */
    final class Cells {
        private final ResultRow row;
        private final DictionaryReader dictionary;

        private Cells(ResultRow row, DictionaryReader dictionary) {
            this.row = row;
            this.dictionary = dictionary;
        }

        <T> @Nullable T get(SpanColumn<T> column) throws SQLException {
            int position = positions[column.index()];
            if (position == NOT_SELECTED) {
                throw new IllegalArgumentException("not selected: " + column);
            }
            return column.read(row, position, dictionary);
        }

        /** Reads a column that is {@code NOT NULL}. */
        <T> T require(SpanColumn<T> column) throws SQLException {
            return Objects.requireNonNull(get(column), column::toString);
        }

        /** Reads a span without its body: the fields that are selected. */
        TraceSpan.Builder span(UUID tenantId, UUID traceId) throws SQLException {
            TraceSpan.Builder span = TraceSpan.builder(
                    tenantId,
                    traceId,
                    require(SpanColumns.SPAN_ID),
                    require(SpanColumns.OPERATION),
                    require(SpanColumns.START_TIME));
            for (SpanColumn<?> column : settable) {
                column.readInto(span, row, positions[column.index()], dictionary);
            }
            return span;
        }
    }
}
