package io.llmtrace.otlp;

import com.google.protobuf.ByteString;
import io.llmtrace.otlp.internal.mapping.MappingTable;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Requests of real instrumentations with random errors in them. Equal seeds give equal requests. */
final class Mutations {

    private static final List<byte[]> JSON = Fixtures.SAMPLES.stream()
            .map(name -> Fixtures.resource(name + "-traces.json"))
            .toList();
    private static final List<ExportTraceServiceRequest> REQUESTS = Fixtures.SAMPLES.stream()
            .map(name -> Fixtures.sample(name + "-traces.json"))
            .toList();
    private static final List<ExportLogsServiceRequest> LOGS =
            List.of("otel-legacy", "claude-code", "codex", "gemini-cli").stream()
                    .map(name -> OtlpDecoder.logs(Fixtures.resource(name + "-logs.json"), OtlpDecoder.Encoding.JSON))
                    .toList();

    /** Keys of the samples, keys of the table, and unusual keys. */
    private static final List<String> KEYS = keys();

    private static final List<String> TEXTS = List.of(
            "",
            "none",
            "NaN",
            "-1",
            "1e400",
            "99999999999999999999",
            "true",
            "{}",
            "[]",
            "{",
            "\"",
            "\"\\\"x\\\"\"",
            "null",
            "[null]",
            "[[],{}]",
            "{\"role\":null,\"parts\":null}",
            "[{\"role\":1,\"content\":[{\"type\":7},null,3,\"x\"]}]",
            "[{\"role\":\"assistant\",\"tool_calls\":[null,{\"function\":{}},{\"id\":[],\"function\":{\"name\":1}}]}]",
            "{\"choices\":[{\"message\":{\"content\":null}}]}",
            "{\"messages\":[[[]]]}",
            "{\"a\":1,\"a\":2}",
            "[\"user\",\"x\"]",
            "2026-01-05T10:00:01Z",
            "\u0000",
            "\ud83d\ude00",
            "[{\"role\":\"tool\",\"parts\":[{\"type\":\"tool_call_response\"}]}]",
            "[{\"type\":\"image\",\"source\":{\"data\":\"x\"}},{\"type\":\"uri\"},{\"inline_data\":{}}]",
            "{\"input\":[{\"type\":\"x_call\"},{\"role\":\"user\",\"content\":{}}],\"tools\":[{\"type\":\"mcp\"},7,null,{\"x\":{}}],\"instructions\":[]}",
            "{\"object\":\"response\",\"status\":7,\"output\":[{\"type\":\"mcp_call\",\"output\":null},{\"type\":\"image_generation_call\",\"result\":\"\"}]}",
            "[{\"type\":\"server_tool_use\"},{\"type\":\"a_tool_result\"},{\"type\":\"redacted_thinking\"},{\"type\":\"_tool_result\"},{\"a\":1}]",
            "{\"role\":\"tool\",\"content\":\"{\\\"type\\\":\\\"x\\\"}\",\"additional_kwargs\":{\"tool_calls\":[7,{}],\"function_call\":{}}}",
            "{\"role\":\"user\",\"contents\":[{\"$type\":\"functionCall\"},{\"$type\":7}],\"content\":\"[{\\\"type\\\":\\\"text\\\"}]\"}",
            "{\"messages\":[{\"content\":[{\"toolRequest\":7},{\"toolRequest\":{}},{\"media\":{}},{\"reasoning\":[]}],\"role\":\"model\"}]}",
            "{\"type\":\"tool\",\"content\":[[]],\"tool_call_id\":\"c\",\"status\":\"error\"}",
            "{\"items\":[{\"type\":\"function_call\",\"name\":7},{\"type\":\"message\",\"role\":\"user\",\"content\":[7]}]}",
            "a, ['b'], \"c",
            "x/y/z",
            "[{\"function_declarations\":[{\"name\":7},{\"name\":\"x\",\"parameters\":\"{\"}]}]");

    private final Random random;

    Mutations(long seed) {
        random = new Random(seed);
    }

    int choice(int bound) {
        return random.nextInt(bound);
    }

    ExportTraceServiceRequest request() {
        ExportTraceServiceRequest.Builder request = oneOf(REQUESTS).toBuilder();
        for (int i = random.nextInt(8); i >= 0; i--) {
            mutate(request);
        }
        return request.build();
    }

    byte[] protobuf() {
        return mutate((random.nextBoolean() ? oneOf(REQUESTS) : request()).toByteArray());
    }

    byte[] json() {
        return mutate(oneOf(JSON).clone());
    }

    ExportLogsServiceRequest logs() {
        ExportLogsServiceRequest.Builder logs = oneOf(LOGS).toBuilder();
        for (ResourceLogs.Builder resource : logs.getResourceLogsBuilderList()) {
            for (ScopeLogs.Builder scope : resource.getScopeLogsBuilderList()) {
                scope.getLogRecordsBuilderList().forEach(this::mutate);
            }
        }
        return logs.build();
    }

    private void mutateAttribute(LogRecord.Builder record) {
        if (record.getAttributesCount() > 0) {
            record.getAttributesBuilder(random.nextInt(record.getAttributesCount()))
                    .setValue(value());
        }
    }

    private void mutate(LogRecord.Builder record) {
        switch (random.nextInt(9)) {
            case 0 -> record.setBody(value());
            case 1 ->
                record.setEventName(oneOf(List.of(
                        "gen_ai.choice",
                        "gen_ai.message",
                        "gen_ai.tool.message",
                        "gen_ai.client.inference.operation.details",
                        "gen_ai.",
                        "claude_code.api_request",
                        "codex.",
                        "")));
            case 2 -> record.addAttributes(entry());
            case 6 -> record.setTraceId(ByteString.copyFrom(new byte[random.nextInt(18)]));
            case 7 -> mutateAttribute(record);
            case 3 -> record.setTimeUnixNano(random.nextLong());
            case 4 ->
                record.setBody(AnyValue.newBuilder()
                        .setKvlistValue(
                                KeyValueList.newBuilder().addValues(entry()).addValues(entry())));
            default -> record.setSpanId(ByteString.copyFrom(new byte[random.nextInt(10)]));
        }
    }

    private void mutate(ExportTraceServiceRequest.Builder request) {
        ResourceSpans.Builder resource = request.getResourceSpansBuilder(0);
        ScopeSpans.Builder scope = resource.getScopeSpansBuilder(0);
        Span.Builder span = scope.getSpansBuilder(0);
        int attributes = span.getAttributesCount();
        switch (random.nextInt(14)) {
            case 0, 1, 2 -> span.addAttributes(entry());
            case 3, 4 ->
                span.setAttributes(
                        random.nextInt(attributes),
                        span.getAttributes(random.nextInt(attributes)).toBuilder()
                                .setValue(value()));
            case 5 ->
                span.addAttributes(span.getAttributes(random.nextInt(attributes)).toBuilder()
                        .setValue(value()));
            case 6 ->
                span.addAllAttributes(oneOf(REQUESTS)
                        .getResourceSpans(0)
                        .getScopeSpans(0)
                        .getSpans(0)
                        .getAttributesList());
            case 7 -> span.addEvents(event());
            case 8 -> span.setStartTimeUnixNano(random.nextLong()).setEndTimeUnixNano(random.nextLong());
            case 9 -> span.setTraceId(ByteString.copyFrom(new byte[random.nextInt(18)]));
            case 10 ->
                scope.getScopeBuilder()
                        .setName(oneOf(List.of(
                                "ai", "gcp.vertex.agent", "strands.telemetry.tracer", "litellm", "pydantic-ai", "")));
            case 11 -> resource.getResourceBuilder().addAttributes(entry());
            case 12 ->
                span.setStatus(io.opentelemetry.proto.trace.v1.Status.newBuilder()
                        .setCodeValue(random.nextInt(5))
                        .setMessage(oneOf(TEXTS)));
            default -> scope.addSpans(span.build());
        }
    }

    private Span.Event event() {
        return Span.Event.newBuilder()
                .setName(oneOf(List.of(
                        "exception",
                        "gen_ai.choice",
                        "gen_ai.user.message",
                        "gen_ai.message",
                        "gen_ai.client.inference.operation.details",
                        "db.query.result",
                        "ai.stream.firstChunk",
                        "gen_ai.content.prompt",
                        "gen_ai.tool.message")))
                .setTimeUnixNano(random.nextBoolean() ? Fixtures.START_NANOS : random.nextLong())
                .addAttributes(entry())
                .addAttributes(entry())
                .build();
    }

    private KeyValue entry() {
        return KeyValue.newBuilder().setKey(oneOf(KEYS)).setValue(value()).build();
    }

    private AnyValue value() {
        if (random.nextInt(3) > 0) {
            return AnyValue.newBuilder().setStringValue(oneOf(TEXTS)).build();
        }
        return new RandomRequests(random.nextLong()).value();
    }

    /** Changes, removes, inserts, duplicates or truncates bytes. */
    private byte[] mutate(byte[] bytes) {
        byte[] changed = bytes;
        for (int i = random.nextInt(4); i >= 0 && changed.length > 1; i--) {
            int place = random.nextInt(changed.length);
            int length = Math.min(changed.length - place, 1 + random.nextInt(40));
            switch (random.nextInt(5)) {
                case 0 -> changed[place] = (byte) random.nextInt(256);
                case 1 -> changed = join(changed, place, new byte[0], place + length);
                case 2 -> changed = join(changed, place, Arrays.copyOfRange(changed, place, place + length), place);
                case 3 -> changed = join(changed, place, oneOf(TEXTS).getBytes(StandardCharsets.UTF_8), place);
                default -> changed = random.nextInt(10) == 0 ? Arrays.copyOf(changed, place) : changed;
            }
        }
        return changed;
    }

    private static byte[] join(byte[] bytes, int end, byte[] middle, int start) {
        byte[] joined = Arrays.copyOf(bytes, end + middle.length + bytes.length - start);
        System.arraycopy(middle, 0, joined, end, middle.length);
        System.arraycopy(bytes, start, joined, end + middle.length, bytes.length - start);
        return joined;
    }

    private static List<String> keys() {
        List<String> keys = new ArrayList<>();
        for (ExportTraceServiceRequest request : REQUESTS) {
            request.getResourceSpans(0)
                    .getScopeSpans(0)
                    .getSpans(0)
                    .getAttributesList()
                    .forEach(attribute -> keys.add(attribute.getKey()));
        }
        MappingTable.get()
                .file()
                .fields()
                .values()
                .forEach(lines -> lines.forEach(line -> {
                    String key =
                            line.replaceAll("^(near|event [^ ]+|events) ", "").split(" ")[0];
                    keys.add(key.replaceAll("#.*|\\.\\*$", "").replace(".N", ".0"));
                    if (line.contains(".N")) {
                        keys.add(key.replace(".N", ".3.role"));
                        keys.add(key.replace(".N", ".3.content"));
                        keys.add(key.replace(".N", ".999999999.message.contents.1.message_content.type"));
                    }
                }));
        keys.addAll(MappingTable.get().file().metadata());
        keys.addAll(List.of(
                "__proto__",
                "message.tool_calls.0.name",
                "message.content",
                "message",
                "tool_calls.7.function.name",
                "tool_calls",
                "function_call.name",
                "gen_ai.prompt.content",
                "gen_ai.prompt.0",
                "llm.output_messages.message.content",
                "genkit:metadata:subtype",
                "langfuse.metadata.x",
                "",
                "llmtrace.mapping",
                "llmtrace.absent",
                "llmtrace.kind",
                "llmtrace.tags",
                "llmtrace.attributes",
                "otel.span",
                "otel.resource",
                "otel.log",
                "event.name",
                "error.type"));
        return List.copyOf(keys);
    }

    private <T> T oneOf(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
