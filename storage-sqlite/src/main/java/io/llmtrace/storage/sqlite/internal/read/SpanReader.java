package io.llmtrace.storage.sqlite.internal.read;

import io.llmtrace.model.SpanIdentity;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.SpanDigest;
import io.llmtrace.storage.SpanOutline;
import io.llmtrace.storage.TraceSummarizer;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.spi.MemoryEstimate;
import io.llmtrace.storage.sqlite.internal.engine.Condition;
import io.llmtrace.storage.sqlite.internal.engine.ResultRow;
import io.llmtrace.storage.sqlite.internal.engine.SqliteConnection;
import io.llmtrace.storage.sqlite.internal.format.BlockMembers;
import io.llmtrace.storage.sqlite.internal.format.SpanBody;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads traces and spans in one transaction. Keeps the blocks that it decompressed, for the next span. */
public final class SpanReader {

    /** The memory of a span without its body. */
    private static final int NARROW_BYTES = 1_000;

    /** The memory of the summary of a trace. */
    private static final int SUMMARY_BYTES = 2_000;

    /** The blocks whose previews are kept for the next span: those that the spans of a trace are usually in. */
    private static final int MAX_PREVIEW_BLOCKS = 256;

    private static final String TABLES = " FROM spans s JOIN traces t ON t.id = s.trace";

    private static final String SELECT = "SELECT " + SpanSelection.SPAN.sql() + TABLES;
    private static final String BY_ROW = SELECT + " WHERE s.id = ?";
    private static final String OF_TRACE = SELECT + " WHERE s.trace = ?";
    private static final String BY_IDENTITY = SELECT + " WHERE t.trace_id = ? AND t.tenant = ? AND s.span_id = ?";
    private static final String LATEST = " ORDER BY s.start_time DESC, t.trace_id DESC LIMIT 1";

    private static final String OUTLINE_BY_ROW = "SELECT " + SpanSelection.OUTLINE.sql() + TABLES + " WHERE s.id = ?";

    private static final String SUMMARIZED_OF_TRACE = "SELECT " + SpanSelection.SUMMARIZED.sql()
            + " FROM spans s WHERE s.trace = ? ORDER BY s.start_time, s.span_id";

    private final SqliteConnection connection;
    private final BlockReader blocks;
    private final Map<Long, Map<Long, BlockMembers.Preview>> previews = new HashMap<>();

    /** Creates a reader for the transaction that runs on a connection. */
    public SpanReader(SqliteConnection connection) {
        this.connection = connection;
        this.blocks = new BlockReader(connection);
    }

    /** Returns the span with a row id; null if there is none. */
    public @Nullable TraceSpan byRow(long row, UUID tenantId) throws SQLException {
        return whole(connection.first(BY_ROW, found -> narrow(found, tenantId), row));
    }

    /** Returns the spans with row ids, in their order; those that there are not are left out. */
    public List<TraceSpan> byRows(List<Long> rows, UUID tenantId) throws SQLException {
        List<NarrowSpan> narrow = new ArrayList<>(rows.size());
        for (long row : rows) {
            add(narrow, connection.first(BY_ROW, found -> narrow(found, tenantId), row));
        }
        return allWhole(narrow);
    }

    /** Returns the span with a row id, but without its events if the text index holds nothing of them. */
    public @Nullable TraceSpan indexed(long row, UUID tenantId) throws SQLException {
        NarrowSpan narrow = connection.first(BY_ROW, found -> narrow(found, tenantId), row);
        if (narrow == null) {
            return null;
        }
        blocks.read(narrow.block(), narrow.id(), body -> SpanBody.decodeIndexedInto(narrow.span(), body));
        return narrow.span().build();
    }

    /** Returns the span with a row id, but only the fields that are outside of its body; null if there is none. */
    public @Nullable TraceSpan withoutBody(long row, UUID tenantId) throws SQLException {
        NarrowSpan narrow = connection.first(BY_ROW, found -> narrow(found, tenantId), row);
        return narrow == null ? null : narrow.span().build();
    }

    /**
     * Returns the span with the given ids; null if there is none.
     *
     * @param tenant the row id of the tenant
     */
    public @Nullable TraceSpan byIdentity(UUID tenantId, long tenant, UUID traceId, UUID spanId) throws SQLException {
        return whole(connection.first(BY_IDENTITY, found -> narrow(found, tenantId), traceId, tenant, spanId));
    }

    /**
     * Returns the spans with identities, in their order; those that there are not are left out.
     *
     * @param tenant the row id of the tenant
     */
    public List<TraceSpan> byIdentities(UUID tenantId, long tenant, Collection<SpanIdentity> identities)
            throws SQLException {
        List<NarrowSpan> narrow = new ArrayList<>(identities.size());
        for (SpanIdentity span : identities) {
            add(
                    narrow,
                    connection.first(
                            BY_IDENTITY, found -> narrow(found, tenantId), span.traceId(), tenant, span.spanId()));
        }
        return allWhole(narrow);
    }

    /** Returns the latest of the spans that fulfil a condition on {@code s}, a row of {@code spans}; null if there is none. */
    public @Nullable TraceSpan latest(UUID tenantId, Condition condition) throws SQLException {
        return whole(connection.first(
                SELECT + " WHERE " + condition.sql() + LATEST,
                found -> narrow(found, tenantId),
                condition.arguments()));
    }

    /**
     * Returns the trace with an id; null if there is none.
     *
     * @param tenant the row id of the tenant
     */
    public @Nullable TraceEvent trace(UUID tenantId, long tenant, UUID traceId) throws SQLException {
        record TraceRow(long id, Instant createdAt) {}
        TraceRow row = connection.first(
                "SELECT id, created_at FROM traces WHERE trace_id = ? AND tenant = ?",
                found -> new TraceRow(found.number("id"), Times.ofNanos(found.number("created_at"))),
                traceId,
                tenant);
        return row == null ? null : trace(row.id, traceId, tenantId, row.createdAt);
    }

    /** Returns the trace with a row id, which must exist. */
    public TraceEvent trace(long row, UUID traceId, UUID tenantId, Instant createdAt) throws SQLException {
        List<NarrowSpan> narrow = new ArrayList<>();
        connection.each(OF_TRACE, found -> add(narrow, narrow(found, tenantId)), row);
        return TraceEvent.of(traceId, tenantId, createdAt, allWhole(narrow));
    }

    /** Returns the summary of the trace with a row id, which must exist. */
    public TraceSummary summary(long row, UUID traceId, UUID tenantId, Instant createdAt) throws SQLException {
        TraceSummarizer summarizer = new TraceSummarizer(traceId, tenantId, createdAt);
        connection.each(SUMMARIZED_OF_TRACE, found -> addTo(summarizer, found, traceId, tenantId), row);
        connection.memory().reserve(SUMMARY_BYTES);
        return summarizer.summary();
    }

    /** Returns the outline of the span with a row id; null if there is none. */
    public @Nullable SpanOutline outline(long row, UUID tenantId) throws SQLException {
        record Outlined(
                NarrowSpan narrow,
                SpanStatus status,
                @Nullable String errorPreview,
                @Nullable Long findingCount,
                boolean hasActions) {}
        Outlined found = connection.first(
                OUTLINE_BY_ROW,
                result -> {
                    SpanSelection.Cells cells = SpanSelection.OUTLINE.at(result, connection.dictionary());
                    return new Outlined(
                            narrow(cells, tenantId),
                            cells.require(SpanColumns.ERROR),
                            cells.get(SpanColumns.ERROR_PREVIEW),
                            cells.get(SpanColumns.FINDING_COUNT),
                            cells.get(SpanColumns.ACTION_COUNT) != null);
                },
                row);
        if (found == null) {
            return null;
        }
        SpanDetails.ActionCounts actions =
                found.hasActions ? SpanDetails.actionsOf(connection, row) : SpanDetails.ActionCounts.NONE;
        BlockMembers.Preview preview = previewOf(found.narrow.block, row);
        SpanDigest.Builder digest = SpanDigest.builder(found.status)
                .errorMessage(found.errorPreview)
                .actionCount(actions.all())
                .failedActionCount(actions.failed())
                .inputPreview(preview.input())
                .outputPreview(preview.output());
        if (found.findingCount != null) {
            digest.findingCount(found.findingCount).findingTypes(SpanDetails.findingTypesOf(connection, row));
        }
        TraceSpan span = found.narrow.span.build();
        connection
                .memory()
                .reserve(MemoryEstimate.ofSpan(span)
                        + MemoryEstimate.of(found.errorPreview)
                        + MemoryEstimate.of(preview.input())
                        + MemoryEstimate.of(preview.output()));
        return SpanOutline.of(span, digest.build());
    }

    /** A span without its body, with its row id and that of the block that holds the body. */
    private record NarrowSpan(long id, long block, TraceSpan.Builder span) {}

    private NarrowSpan narrow(ResultRow row, UUID tenantId) throws SQLException {
        return narrow(SpanSelection.SPAN.at(row, connection.dictionary()), tenantId);
    }

    private static NarrowSpan narrow(SpanSelection.Cells cells, UUID tenantId) throws SQLException {
        return new NarrowSpan(
                cells.require(SpanColumns.ID),
                cells.require(SpanColumns.BLOCK),
                cells.span(tenantId, cells.require(SpanColumns.TRACE_ID)));
    }

    private @Nullable TraceSpan whole(@Nullable NarrowSpan narrow) throws SQLException {
        if (narrow == null) {
            return null;
        }
        blocks.read(narrow.block, narrow.id, body -> SpanBody.decodeInto(narrow.span, body));
        TraceSpan span = narrow.span.build();
        connection.memory().reserve(MemoryEstimate.ofSpan(span));
        return span;
    }

    private void add(List<NarrowSpan> all, @Nullable NarrowSpan narrow) {
        if (narrow != null) {
            connection.memory().reserveTemporary(NARROW_BYTES);
            all.add(narrow);
        }
    }

    /**
     * Returns the whole spans in the order of the list. Their bodies are read in the order of the blocks: each block is then read
     * once, after the one that it was compressed against.
     */
    private List<TraceSpan> allWhole(List<NarrowSpan> narrow) throws SQLException {
        List<Integer> byBlock = new ArrayList<>(narrow.size());
        for (int i = 0; i < narrow.size(); i++) {
            byBlock.add(i);
        }
        byBlock.sort(
                Comparator.comparingLong((Integer i) -> narrow.get(i).block).thenComparingLong(i -> narrow.get(i).id));
        @Nullable TraceSpan[] spans = new TraceSpan[narrow.size()];
        for (int i : byBlock) {
            spans[i] = whole(narrow.get(i));
            connection.memory().releaseTemporary(NARROW_BYTES);
        }
        return List.of(spans);
    }

    private void addTo(TraceSummarizer summarizer, ResultRow row, UUID traceId, UUID tenantId) throws SQLException {
        SpanSelection.Cells cells = SpanSelection.SUMMARIZED.at(row, connection.dictionary());
        BlockMembers.Preview preview = previewOf(cells.require(SpanColumns.BLOCK), cells.require(SpanColumns.ID));
        Long findings = cells.get(SpanColumns.FINDING_COUNT);
        SpanDigest digest = SpanDigest.builder(cells.require(SpanColumns.ERROR))
                .findingCount(findings == null ? 0 : findings)
                .inputPreview(preview.input())
                .outputPreview(preview.output())
                .build();
        summarizer.add(cells.span(tenantId, traceId).build(), digest);
    }

    private BlockMembers.Preview previewOf(long block, long span) throws SQLException {
        Map<Long, BlockMembers.Preview> ofBlock = previews.get(block);
        if (ofBlock == null) {
            ofBlock = BlockRow.previewsOf(connection, block);
            if (previews.size() >= MAX_PREVIEW_BLOCKS) {
                previews.clear();
            }
            previews.put(block, ofBlock);
        }
        return ofBlock.getOrDefault(span, BlockMembers.Preview.NONE);
    }
}
