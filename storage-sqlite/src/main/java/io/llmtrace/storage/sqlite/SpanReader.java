package io.llmtrace.storage.sqlite;

import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.TraceSummary;
import io.llmtrace.storage.TraceSummary.SpanFacts;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads traces and spans in one view of the store. */
final class SpanReader {

    private static final String BY_ROW = SpanRow.SELECT + " WHERE s.id = ?";
    private static final String OF_TRACE = SpanRow.SELECT + " WHERE s.trace = ? ORDER BY s.id";
    private static final String BY_IDENTITY =
            SpanRow.SELECT + " WHERE t.trace_id = ? AND t.tenant = ? AND s.span_id = ?";
    private static final String BY_SPAN_ID = SpanRow.SELECT
            + " WHERE s.span_id = ? AND +s.tenant = ? ORDER BY s.start_time DESC, t.trace_id DESC LIMIT 1";

    private static final String FACTS_OF_TRACE =
            "SELECT s.id, s.block, s.span_id, s.parent_span_id, operation.name, s.kind, s.start_time,"
                    + " s.end_time, provider.name, model.name, service.name, s.session_id, s.user_id, s.error,"
                    + " s.prompt_tokens, s.completion_tokens, s.total_tokens, s.estimated_cost_usd, s.security_score,"
                    + " s.finding_count"
                    + " FROM spans s"
                    + " JOIN names operation ON operation.id = s.operation"
                    + " LEFT JOIN names provider ON provider.id = s.provider"
                    + " LEFT JOIN names model ON model.id = s.model"
                    + " LEFT JOIN names service ON service.id = s.service"
                    + " WHERE s.trace = ? ORDER BY s.start_time, s.span_id";

    private final Session session;
    private final Blocks.Reader blocks;
    private final Map<Long, Map<Long, BlockMembers.Preview>> previews = new HashMap<>();

    SpanReader(Session session) {
        this.session = session;
        this.blocks = new Blocks.Reader(session);
    }

    @Nullable
    TraceSpan byRow(long row, UUID tenantId) throws SQLException {
        return whole(session.first(BY_ROW, found -> SpanRow.read(found, tenantId), row));
    }

    @Nullable
    TraceSpan byIdentity(UUID tenantId, long tenant, UUID traceId, UUID spanId) throws SQLException {
        return whole(session.first(BY_IDENTITY, found -> SpanRow.read(found, tenantId), traceId, tenant, spanId));
    }

    @Nullable
    TraceSpan bySpanId(UUID tenantId, long tenant, UUID spanId) throws SQLException {
        return whole(session.first(BY_SPAN_ID, found -> SpanRow.read(found, tenantId), spanId, tenant));
    }

    TraceEvent trace(long row, UUID traceId, UUID tenantId, Instant createdAt) throws SQLException {
        List<SpanRow.Narrow> narrow = new ArrayList<>();
        session.each(OF_TRACE, found -> narrow.add(SpanRow.read(found, tenantId)), row);
        List<TraceSpan> spans = new ArrayList<>(narrow.size());
        for (SpanRow.Narrow span : narrow) {
            spans.add(whole(span));
        }
        return new TraceEvent(traceId, tenantId, createdAt, spans);
    }

    TraceSummary summary(long row, UUID traceId, UUID tenantId, Instant createdAt) throws SQLException {
        TraceSummary.Accumulator summary = new TraceSummary.Accumulator(traceId, tenantId, createdAt);
        session.each(FACTS_OF_TRACE, found -> summary.add(facts(found)), row);
        return summary.summary();
    }

    private @Nullable TraceSpan whole(SpanRow.@Nullable Narrow narrow) throws SQLException {
        if (narrow == null) {
            return null;
        }
        SpanBody.decodeInto(narrow.span(), blocks.read(narrow.block(), narrow.id()));
        return narrow.span().build();
    }

    private SpanFacts facts(ResultSet row) throws SQLException {
        byte[] parent = row.getBytes(4);
        Long endNanos = SpanRow.longOrNull(row, 8);
        double cost = row.getDouble(18);
        Double costOrNull = row.wasNull() ? null : Double.valueOf(cost);
        BlockMembers.Preview preview = previewOf(row.getLong(2), row.getLong(1));
        return new SpanFacts(
                Ids.ofBytes(row.getBytes(3)),
                parent == null ? null : Ids.ofBytes(parent),
                row.getString(5),
                SpanKind.ofText(row.getString(6)),
                Times.ofNanos(row.getLong(7)),
                endNanos == null ? null : Times.ofNanos(endNanos),
                row.getString(9),
                row.getString(10),
                row.getString(11),
                row.getString(12),
                row.getString(13),
                row.getInt(14) == 1,
                SpanRow.longOrNull(row, 15),
                SpanRow.longOrNull(row, 16),
                SpanRow.longOrNull(row, 17),
                costOrNull,
                SpanRow.intOrNull(row, 19),
                row.getInt(20),
                preview.input(),
                preview.output());
    }

    private BlockMembers.Preview previewOf(long block, long span) throws SQLException {
        Map<Long, BlockMembers.Preview> ofBlock = previews.get(block);
        if (ofBlock == null) {
            ofBlock = Blocks.previewsOf(session, block);
            previews.put(block, ofBlock);
        }
        return ofBlock.getOrDefault(span, BlockMembers.Preview.NONE);
    }
}
