package io.llmtrace.storage.sqlite;

import io.llmtrace.model.Ids;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.SpanOutline;
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
    private static final String OUTLINED_BY_ROW = SpanRow.SELECT_OUTLINED + " WHERE s.id = ?";
    private static final String OF_TRACE = SpanRow.SELECT + " WHERE s.trace = ?";
    private static final String BY_IDENTITY =
            SpanRow.SELECT + " WHERE t.trace_id = ? AND t.tenant = ? AND s.span_id = ?";
    private static final String LATEST = " ORDER BY s.start_time DESC, t.trace_id DESC LIMIT 1";

    private static final String FACTS_OF_TRACE =
            "SELECT s.id, s.block, s.span_id, s.parent_span_id, s.operation, s.kind, s.start_time,"
                    + " s.end_time, s.provider, s.model, s.service, s.session_id, s.user_id, s.error,"
                    + " s.prompt_tokens, s.completion_tokens, s.total_tokens, s.estimated_cost_usd, s.security_score,"
                    + " s.finding_count"
                    + " FROM spans s"
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
        return whole(session.first(BY_ROW, found -> SpanRow.read(found, tenantId, session.interned()), row));
    }

    /** Without what the text filter does not look at: events and attributes. */
    @Nullable
    TraceSpan searched(long row, UUID tenantId) throws SQLException {
        SpanRow.Narrow narrow = session.first(BY_ROW, found -> SpanRow.read(found, tenantId, session.interned()), row);
        if (narrow == null) {
            return null;
        }
        SpanBody.decodeSearchedInto(narrow.span(), blocks.read(narrow.block(), narrow.id()));
        return narrow.span().build();
    }

    @Nullable
    TraceSpan byIdentity(UUID tenantId, long tenant, UUID traceId, UUID spanId) throws SQLException {
        return whole(session.first(
                BY_IDENTITY, found -> SpanRow.read(found, tenantId, session.interned()), traceId, tenant, spanId));
    }

    /** The latest of the spans that fulfil a condition on {@code s}. */
    @Nullable
    TraceSpan latest(UUID tenantId, Condition condition) throws SQLException {
        return whole(session.first(
                SpanRow.SELECT + " WHERE " + condition.sql() + LATEST,
                found -> SpanRow.read(found, tenantId, session.interned()),
                condition.parameters().toArray()));
    }

    TraceEvent trace(long row, UUID traceId, UUID tenantId, Instant createdAt) throws SQLException {
        List<SpanRow.Narrow> narrow = new ArrayList<>();
        session.each(OF_TRACE, found -> narrow.add(SpanRow.read(found, tenantId, session.interned())), row);
        List<TraceSpan> spans = new ArrayList<>(narrow.size());
        for (SpanRow.Narrow span : narrow) {
            spans.add(whole(span));
        }
        return new TraceEvent(traceId, tenantId, createdAt, spans);
    }

    @Nullable
    SpanOutline outline(long row, UUID tenantId) throws SQLException {
        SpanRow.Outlined found =
                session.first(OUTLINED_BY_ROW, span -> SpanRow.readOutlined(span, tenantId, session.interned()), row);
        if (found == null) {
            return null;
        }
        SpanDetails.ActionCounts actions =
                found.hasActions() ? SpanDetails.actionsOf(session, row) : SpanDetails.ActionCounts.NONE;
        BlockMembers.Preview preview = previewOf(found.narrow().block(), row);
        return SpanOutline.of(
                found.narrow().span().build(),
                new SpanOutline.Content(
                        found.failed() ? SpanStatus.ERROR : SpanStatus.OK,
                        found.errorPreview(),
                        found.hasFindings() ? SpanDetails.findingTypesOf(session, row) : List.of(),
                        actions.all(),
                        actions.failed(),
                        preview.input(),
                        preview.output()));
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
        Interned interned = session.interned();
        byte[] parent = row.getBytes(4);
        Long endNanos = SpanRow.longOrNull(row, 8);
        double cost = row.getDouble(18);
        Double costOrNull = row.wasNull() ? null : Double.valueOf(cost);
        BlockMembers.Preview preview = previewOf(row.getLong(2), row.getLong(1));
        return new SpanFacts(
                Ids.ofBytes(row.getBytes(3)),
                parent == null ? null : Ids.ofBytes(parent),
                interned.name(row.getLong(5)),
                SpanKind.ofText(row.getString(6)),
                Times.ofNanos(row.getLong(7)),
                endNanos == null ? null : Times.ofNanos(endNanos),
                interned.nameOrNull(SpanRow.longOrNull(row, 9)),
                interned.nameOrNull(SpanRow.longOrNull(row, 10)),
                interned.nameOrNull(SpanRow.longOrNull(row, 11)),
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
