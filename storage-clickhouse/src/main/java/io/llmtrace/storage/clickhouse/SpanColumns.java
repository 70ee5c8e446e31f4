package io.llmtrace.storage.clickhouse;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.LlmProvider;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.SpanKind;
import io.llmtrace.model.SpanStatus;
import io.llmtrace.model.Times;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.CorruptStoreException;
import io.llmtrace.storage.Preview;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The columns of a span in {@code spans} behind those of its key, each with how it is written and read: the one list of them. */
final class SpanColumns {

    private static final ObjectMapper JSON = TraceJson.mapper();
    private static final TypeReference<List<SecurityFinding>> FINDINGS = new TypeReference<>() {};
    private static final TypeReference<List<SpanEvent>> EVENTS = new TypeReference<>() {};
    private static final TypeReference<List<AgentAction>> ACTIONS = new TypeReference<>() {};
    private static final TypeReference<Map<String, @Nullable Object>> ATTRIBUTES = new TypeReference<>() {};

    interface Writer {
        void write(RowOutput row, TraceSpan span);
    }

    interface Reader {
        void read(RowInput row, TraceSpan.Builder span) throws IOException;
    }

    /** @param reader null for a column that only filters and lists look at */
    private record Column(
            String name, Writer writer, @Nullable Reader reader) {}

    /** What lists, filters and sums look at. */
    private static final List<Column> NARROW = List.of(
            column(
                    "parent_span_id",
                    (row, span) -> row.writeNullable(span.parentSpanId(), RowOutput::writeUuid),
                    (row, span) -> span.parentSpanId(row.readNullableUuid())),
            column(
                    "operation_name",
                    (row, span) -> row.writeText(span.operationName()),
                    (row, span) -> span.operationName(row.readText())),
            column(
                    "kind",
                    (row, span) -> row.writeText(span.kind().text()),
                    (row, span) -> span.kind(SpanKind.ofText(row.readText()))),
            column(
                    "end_time",
                    (row, span) -> row.writeNullable(span.endTime(), (out, time) -> out.writeLong(Times.toNanos(time))),
                    (row, span) -> span.endTime(row.readNullableTime())),
            number("duration_ms", TraceSpan::durationMs, TraceSpan.Builder::durationMs),
            column(
                    "provider",
                    (row, span) ->
                            row.writeNullable(span.provider(), (out, provider) -> out.writeText(provider.name())),
                    (row, span) -> span.provider(row.readPresence() ? new LlmProvider(row.readText()) : null)),
            text("model_name", TraceSpan::modelName, TraceSpan.Builder::modelName),
            text("service_name", TraceSpan::serviceName, TraceSpan.Builder::serviceName),
            text("session_id", TraceSpan::sessionId, TraceSpan.Builder::sessionId),
            text("user_id", TraceSpan::userId, TraceSpan.Builder::userId),
            number("prompt_tokens", TraceSpan::promptTokens, TraceSpan.Builder::promptTokens),
            number("completion_tokens", TraceSpan::completionTokens, TraceSpan.Builder::completionTokens),
            number("total_tokens", TraceSpan::totalTokens, TraceSpan.Builder::totalTokens),
            number("cache_read_tokens", TraceSpan::cacheReadTokens, TraceSpan.Builder::cacheReadTokens),
            number("cache_write_tokens", TraceSpan::cacheWriteTokens, TraceSpan.Builder::cacheWriteTokens),
            number("reasoning_tokens", TraceSpan::reasoningTokens, TraceSpan.Builder::reasoningTokens),
            number("time_to_first_token_ms", TraceSpan::timeToFirstTokenMs, TraceSpan.Builder::timeToFirstTokenMs),
            column(
                    "status_code",
                    (row, span) -> row.writeNullable(span.statusCode(), RowOutput::writeShort),
                    (row, span) -> span.statusCode(row.readPresence() ? Integer.valueOf(row.readShort()) : null)),
            text("finish_reason", TraceSpan::finishReason, TraceSpan.Builder::finishReason),
            column(
                    "estimated_cost_usd",
                    (row, span) -> row.writeNullable(span.estimatedCostUsd(), RowOutput::writeDouble),
                    (row, span) -> span.estimatedCostUsd(row.readNullableDouble())),
            column(
                    "security_score",
                    (row, span) -> row.writeNullable(span.securityScore(), RowOutput::writeByte),
                    (row, span) -> span.securityScore(row.readPresence() ? Integer.valueOf(row.readByte()) : null)),
            filtered("is_error", (row, span) -> row.writeBool(span.status() == SpanStatus.ERROR)),
            filtered("finding_types", SpanColumns::writeFindingTypes),
            filtered(
                    "finding_severities",
                    (row, span) -> writeEach(
                            row,
                            span.securityFindings(),
                            (out, finding) -> out.writeText(finding.severity().text()))),
            filtered(
                    "action_types",
                    (row, span) -> writeEach(
                            row,
                            span.agentActions(),
                            (out, action) -> out.writeText(action.actionType().text()))),
            filtered(
                    "action_names",
                    (row, span) -> writeEach(row, span.agentActions(), (out, action) -> out.writeText(action.name()))),
            filtered(
                    "action_requests",
                    (row, span) -> writeEach(
                            row, span.agentActions(), (out, action) -> out.writeBool(action.onlyRequested()))),
            filtered(
                    "action_failures",
                    (row, span) ->
                            writeEach(row, span.agentActions(), (out, action) -> out.writeBool(!action.success()))),
            filtered(
                    "action_durations",
                    (row, span) -> writeEach(
                            row,
                            span.agentActions(),
                            (out, action) -> out.writeNullable(action.durationMs(), RowOutput::writeLong))),
            column("tags", SpanColumns::writeTags, (row, span) -> span.tags(readTags(row))),
            filtered(
                    "input_preview",
                    (row, span) -> row.writeNullable(Preview.ofPrompt(span.prompt()), RowOutput::writeText)),
            filtered(
                    "output_preview",
                    (row, span) -> row.writeNullable(Preview.ofResponse(span.response()), RowOutput::writeText)));

    /** What went in and out. */
    private static final List<Column> BODY = List.of(
            text("prompt", TraceSpan::prompt, TraceSpan.Builder::prompt),
            text("response", TraceSpan::response, TraceSpan.Builder::response),
            text("error_message", TraceSpan::errorMessage, TraceSpan.Builder::errorMessage),
            column(
                    "security_findings",
                    (row, span) -> writeJson(
                            row,
                            span.securityFindings(),
                            span.securityFindings().isEmpty()),
                    (row, span) -> span.securityFindings(readJson(row, FINDINGS, List.of()))),
            column(
                    "events",
                    (row, span) -> writeJson(row, span.events(), span.events().isEmpty()),
                    (row, span) -> span.events(readJson(row, EVENTS, List.of()))),
            column(
                    "agent_actions",
                    (row, span) -> writeJson(
                            row, span.agentActions(), span.agentActions().isEmpty()),
                    (row, span) -> span.agentActions(readJson(row, ACTIONS, List.of()))),
            column(
                    "attributes",
                    (row, span) ->
                            writeJson(row, span.attributes(), span.attributes().isEmpty()),
                    (row, span) -> span.attributes(readJson(row, ATTRIBUTES, Map.<String, @Nullable Object>of()))),
            filtered("more_words", (row, span) -> row.writeText(MoreWords.of(span))));

    private static final List<Column> ALL =
            Stream.concat(NARROW.stream(), BODY.stream()).toList();

    /** In the order in which {@link #write} writes them. */
    static final List<String> WRITTEN = ALL.stream().map(Column::name).toList();

    private static final List<Column> READ_NARROW = readable(NARROW);
    private static final List<Column> READ_BODY = readable(BODY);

    /** In the order in which {@link #readNarrowInto} reads them, as a select list. */
    static final String SELECT_NARROW = selectList(READ_NARROW);

    /** In the order in which {@link #readInto} reads them, as a select list. */
    static final String SELECT = SELECT_NARROW + ", " + selectList(READ_BODY);

    private SpanColumns() {}

    static void write(RowOutput row, TraceSpan span) {
        for (Column column : ALL) {
            column.writer.write(row, span);
        }
    }

    static void readInto(RowInput row, TraceSpan.Builder span) throws IOException {
        read(READ_NARROW, row, span);
        read(READ_BODY, row, span);
    }

    /** All but what went in and out. */
    static void readNarrowInto(RowInput row, TraceSpan.Builder span) throws IOException {
        read(READ_NARROW, row, span);
    }

    private static List<Column> readable(List<Column> columns) {
        return columns.stream().filter(column -> column.reader != null).toList();
    }

    private static String selectList(List<Column> columns) {
        return columns.stream().map(Column::name).collect(Collectors.joining(", "));
    }

    private static void read(List<Column> columns, RowInput row, TraceSpan.Builder span) throws IOException {
        for (Column column : columns) {
            if (column.reader != null) {
                column.reader.read(row, span);
            }
        }
    }

    private static Column column(String name, Writer writer, Reader reader) {
        return new Column(name, writer, reader);
    }

    private static Column filtered(String name, Writer writer) {
        return new Column(name, writer, null);
    }

    private interface Getter<T> {
        @Nullable
        T of(TraceSpan span);
    }

    private interface Setter<T> {
        TraceSpan.Builder set(TraceSpan.Builder span, @Nullable T value);
    }

    private static Column text(String name, Getter<String> getter, Setter<String> setter) {
        return new Column(
                name,
                (row, span) -> row.writeNullable(getter.of(span), RowOutput::writeText),
                (row, span) -> setter.set(span, row.readNullableText()));
    }

    private static Column number(String name, Getter<Long> getter, Setter<Long> setter) {
        return new Column(
                name,
                (row, span) -> row.writeNullable(getter.of(span), RowOutput::writeLong),
                (row, span) -> setter.set(span, row.readNullableLong()));
    }

    private static void writeFindingTypes(RowOutput row, TraceSpan span) {
        writeEach(row, span.securityFindings(), (out, finding) -> out.writeText(finding.findingType()));
    }

    private static <T> void writeEach(RowOutput row, List<T> items, BiConsumer<RowOutput, T> writer) {
        row.writeCount(items.size());
        items.forEach(item -> writer.accept(row, item));
    }

    private static void writeTags(RowOutput row, TraceSpan span) {
        row.writeCount(span.tags().size());
        span.tags().forEach((key, value) -> {
            row.writeText(key);
            row.writeText(value);
        });
    }

    private static Map<String, String> readTags(RowInput row) throws IOException {
        int count = row.readCount();
        Map<String, String> tags = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            String key = row.readText();
            tags.put(key, row.readText());
        }
        return tags;
    }

    private static void writeJson(RowOutput row, Object value, boolean empty) {
        row.writeBytes(empty ? new byte[0] : TraceJson.writeBytes(value));
    }

    private static <T> T readJson(RowInput row, TypeReference<T> type, T empty) throws IOException {
        String json = row.readText();
        if (json.isEmpty()) {
            return empty;
        }
        try {
            return JSON.readValue(json, type);
        } catch (IOException e) {
            throw new CorruptStoreException("a span's body cannot be read: " + e.getMessage(), e);
        }
    }
}
