package io.llmtrace.storage.sqlite;

import io.llmtrace.model.Ids;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.Preview;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The columns of {@code spans}: written once here, for inserting, updating and reading. A name in {@link #WRITTEN} and its
 * value in {@link #values} stand at the same place.
 */
final class SpanRow {

    private static final List<String> WRITTEN = List.of(
            "tenant",
            "trace",
            "span_id",
            "parent_span_id",
            "block",
            "body_size",
            "start_time",
            "end_time",
            "duration_ms",
            "operation",
            "kind",
            "provider",
            "model",
            "service",
            "finish_reason",
            "session_id",
            "user_id",
            "tag_set",
            "status_code",
            "error",
            "prompt_tokens",
            "completion_tokens",
            "total_tokens",
            "cache_read_tokens",
            "cache_write_tokens",
            "reasoning_tokens",
            "time_to_first_token_ms",
            "estimated_cost_usd",
            "security_score",
            "finding_count",
            "action_count",
            "error_preview");

    static final String INSERT = "INSERT INTO spans (" + String.join(", ", WRITTEN) + ", id) VALUES ("
            + WRITTEN.stream().map(column -> "?").collect(Collectors.joining(", ")) + ", ?)";

    static final String UPDATE = "UPDATE spans SET "
            + WRITTEN.stream().map(column -> column + " = ?").collect(Collectors.joining(", ")) + " WHERE id = ?";

    private static final String COLUMNS =
            "s.id, s.block, t.trace_id, s.span_id, s.parent_span_id, s.start_time, s.end_time,"
                    + " s.duration_ms, s.operation, s.kind, s.provider, s.model, s.service, s.finish_reason,"
                    + " s.session_id, s.user_id, s.tag_set, s.status_code, s.prompt_tokens, s.completion_tokens, s.total_tokens,"
                    + " s.cache_read_tokens, s.cache_write_tokens, s.reasoning_tokens, s.time_to_first_token_ms,"
                    + " s.estimated_cost_usd, s.security_score";

    private static final String TABLES = " FROM spans s JOIN traces t ON t.id = s.trace";

    /** To be followed by conditions on {@code s}, the span, and {@code t}, its trace. */
    static final String SELECT = "SELECT " + COLUMNS + TABLES;

    /** As {@link #SELECT}, for {@link #readOutlined}. */
    static final String SELECT_OUTLINED =
            "SELECT " + COLUMNS + ", s.error, s.error_preview, s.finding_count, s.action_count" + TABLES;

    private SpanRow() {}

    /** For {@link #INSERT} and {@link #UPDATE}. */
    static @Nullable Object[] values(Session session, Interner interner, TraceSpan span, Place place, long id)
            throws SQLException {
        LlmProvider provider = span.provider();
        return new @Nullable Object[] {
            place.tenant(),
            place.trace(),
            span.spanId(),
            span.parentSpanId(),
            place.block(),
            place.bodySize(),
            Times.toNanos(span.startTime()),
            span.endTime() == null ? null : Long.valueOf(Times.toNanos(span.endTime())),
            span.durationMs(),
            interner.name(session, span.operationName()),
            span.kind().text(),
            interner.name(session, provider == null ? null : provider.name()),
            interner.name(session, span.modelName()),
            interner.name(session, span.serviceName()),
            interner.name(session, span.finishReason()),
            span.sessionId(),
            span.userId(),
            interner.tagSet(session, place.tenant(), span.tags()),
            span.statusCode(),
            span.status() == SpanStatus.ERROR ? 1 : null,
            span.promptTokens(),
            span.completionTokens(),
            span.totalTokens(),
            span.cacheReadTokens(),
            span.cacheWriteTokens(),
            span.reasoningTokens(),
            span.timeToFirstTokenMs(),
            span.estimatedCostUsd(),
            span.securityScore(),
            span.securityFindings().isEmpty() ? null : span.securityFindings().size(),
            span.agentActions().isEmpty() ? null : span.agentActions().size(),
            Preview.ofResponse(span.errorMessage()),
            id,
        };
    }

    /** Where a span belongs: row ids of its tenant, its trace and the block with its body. */
    record Place(long tenant, long trace, long block, int bodySize) {}

    /** The narrow part of a span, as {@link #SELECT} gives it, with the block of its body. */
    record Narrow(long id, long block, TraceSpan.Builder span) {}

    static Narrow read(ResultSet row, UUID tenantId, Interned interned) throws SQLException {
        TraceSpan.Builder span = TraceSpan.builder(
                        tenantId,
                        Ids.ofBytes(row.getBytes(3)),
                        Ids.ofBytes(row.getBytes(4)),
                        interned.name(row.getLong(9)),
                        Times.ofNanos(row.getLong(6)))
                .kind(SpanKind.ofText(row.getString(10)))
                .durationMs(longOrNull(row, 8))
                .modelName(interned.nameOrNull(longOrNull(row, 12)))
                .serviceName(interned.nameOrNull(longOrNull(row, 13)))
                .finishReason(interned.nameOrNull(longOrNull(row, 14)))
                .sessionId(row.getString(15))
                .userId(row.getString(16))
                .tags(interned.tags(longOrNull(row, 17)))
                .statusCode(intOrNull(row, 18))
                .promptTokens(longOrNull(row, 19))
                .completionTokens(longOrNull(row, 20))
                .totalTokens(longOrNull(row, 21))
                .cacheReadTokens(longOrNull(row, 22))
                .cacheWriteTokens(longOrNull(row, 23))
                .reasoningTokens(longOrNull(row, 24))
                .timeToFirstTokenMs(longOrNull(row, 25))
                .securityScore(intOrNull(row, 27));
        byte[] parent = row.getBytes(5);
        if (parent != null) {
            span.parentSpanId(Ids.ofBytes(parent));
        }
        Long endNanos = longOrNull(row, 7);
        if (endNanos != null) {
            span.endTime(Times.ofNanos(endNanos));
        }
        String provider = interned.nameOrNull(longOrNull(row, 11));
        if (provider != null) {
            span.provider(new LlmProvider(provider));
        }
        double cost = row.getDouble(26);
        if (!row.wasNull()) {
            span.estimatedCostUsd(cost);
        }
        return new Narrow(row.getLong(1), row.getLong(2), span);
    }

    /** What {@link #SELECT_OUTLINED} gives beyond {@link #SELECT}. */
    record Outlined(
            Narrow narrow, boolean failed, @Nullable String errorPreview, boolean hasFindings, boolean hasActions) {}

    static Outlined readOutlined(ResultSet row, UUID tenantId, Interned interned) throws SQLException {
        return new Outlined(
                read(row, tenantId, interned),
                row.getInt(28) == 1,
                row.getString(29),
                row.getInt(30) > 0,
                row.getInt(31) > 0);
    }

    static @Nullable Long longOrNull(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    static @Nullable Integer intOrNull(ResultSet row, int column) throws SQLException {
        int value = row.getInt(column);
        return row.wasNull() ? null : value;
    }
}
