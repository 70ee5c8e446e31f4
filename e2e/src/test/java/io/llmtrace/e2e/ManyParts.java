package io.llmtrace.e2e;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntFunction;

/** Bodies of few bytes from which very many objects are decoded. */
final class ManyParts {

    private static final String JSON = "application/json";
    private static final String PROTOBUF = "application/x-protobuf";
    private static final String TIMES = ",\"start_time\":\"2026-03-01T12:00:00Z\"";
    private static final String SPAN =
            "{\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\",\"span_id\":\"b7ad6b7169203331\","
                    + "\"operation_name\":\"chat\"" + TIMES;

    private ManyParts() {}

    /**
     * A kind of body.
     *
     * @param largest the number of parts with which it takes the most
     * @param body makes one with a number of parts
     */
    record Kind(String name, String path, String type, int largest, IntFunction<byte[]> body) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Kind> kinds() {
        return List.of(
                rest("empty arrays", 3_000_000, n -> SPAN + ",\"attributes\":{\"a\":[" + list("[]", n) + "]}}"),
                rest("empty objects", 3_000_000, n -> SPAN + ",\"attributes\":{\"a\":[" + list("{}", n) + "]}}"),
                rest("small numbers", 5_000_000, n -> SPAN + ",\"attributes\":{\"a\":[" + list("1", n) + "]}}"),
                rest("unknown members", 1_000_000, n -> SPAN + ",\"attributes\":{" + members(n) + "}}"),
                rest("arrays in a text", 3_000_000, n -> SPAN + ",\"prompt\":\"[" + list("[]", n) + "]\"}"),
                rest(
                        "events",
                        80_000,
                        n -> SPAN + ",\"events\":["
                                + list(
                                        "{\"id\":\"0af7651916cd43dd8448eb211c80319c\",\"event_type\":\"event\",\"timestamp\":\"2026-03-01T12:00:00Z\",\"data\":{\"some.key\":\"some value\"}}",
                                        n)
                                + "]}"),
                rest("spans", 60_000, n -> "[" + list(SPAN + "}", n) + "]"),
                rest("empty spans", 3_000_000, n -> "[" + list("{}", n) + "]"),
                new Kind(
                        "empty spans in lines",
                        "/api/v1/spans",
                        "application/x-ndjson",
                        3_000_000,
                        n -> "{}\n".repeat(n).getBytes(StandardCharsets.UTF_8)),
                otlpJson(
                        "scopes in JSON",
                        3_000_000,
                        n -> "{\"resourceSpans\":[{\"scopeSpans\":[" + list("{}", n) + "]}]}"),
                otlpJson(
                        "spans in JSON",
                        3_000_000,
                        n -> "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" + list("{}", n) + "]}]}]}"),
                protobuf("resources", 5_000_000, n -> repeat(field(1), n)),
                protobuf("scopes", 1_000_000, n -> field(1, repeat(field(2), n))),
                protobuf("empty spans", 5_000_000, n -> spans(repeat(field(2), n))),
                protobuf("unreadable spans", 2_500_000, n -> spans(repeat(field(2, field(5, new byte[] {-1})), n))),
                protobuf("minimal spans", 100_000, n -> spans(repeat(field(2, span()), n))),
                protobuf("attributes", 4_900_000, n -> spans(field(2, span(), repeat(field(9), n)))),
                protobuf("named attributes", 1_000_000, ManyParts::namedAttributes),
                protobuf("events", 2_000_000, n -> spans(field(2, span(), repeat(field(11), n)))),
                protobuf("links", 2_000_000, n -> spans(field(2, span(), repeat(field(13), n)))),
                protobuf(
                        "array items",
                        1_000_000,
                        n -> spans(field(
                                2, span(), field(9, field(1, text("a")), field(2, field(5, repeat(field(1), n))))))),
                protobuf("unknown fields", 1_000_000, ManyParts::unknownFields),
                protobuf(
                        "arrays in a text", 3_000_000, n -> spans(field(2, span(), prompt("[" + list("[]", n) + "]")))),
                new Kind(
                        "empty log records",
                        "/v1/logs",
                        PROTOBUF,
                        5_000_000,
                        n -> field(1, field(2, repeat(field(2), n)))),
                new Kind(
                        "log records with a body",
                        "/v1/logs",
                        PROTOBUF,
                        1_000_000,
                        n -> field(1, field(2, repeat(field(2, field(5, field(1, text("a")))), n)))));
    }

    private static Kind rest(String name, int largest, IntFunction<String> body) {
        return new Kind(
                "REST: " + name,
                "/api/v1/spans",
                JSON,
                largest,
                n -> body.apply(n).getBytes(StandardCharsets.UTF_8));
    }

    private static Kind otlpJson(String name, int largest, IntFunction<String> body) {
        return new Kind(name, "/v1/traces", JSON, largest, n -> body.apply(n).getBytes(StandardCharsets.UTF_8));
    }

    private static Kind protobuf(String name, int largest, IntFunction<byte[]> body) {
        return new Kind("protobuf: " + name, "/v1/traces", PROTOBUF, largest, body);
    }

    private static String list(String item, int count) {
        return (item + ",").repeat(count - 1) + item;
    }

    private static String members(int count) {
        StringBuilder members = new StringBuilder("\"k\":1");
        for (int i = 0; i < count; i++) {
            members.append(",\"k").append(i).append("\":1");
        }
        return members.toString();
    }

    private static byte[] spans(byte[]... spans) {
        return field(1, field(2, spans));
    }

    private static byte[] span() {
        byte[] time = {0, 0, 0, 0, 0, 0, 0, 24};
        ByteArrayOutputStream span = new ByteArrayOutputStream();
        span.writeBytes(field(1, text("trace of 16 byte")));
        span.writeBytes(field(2, text("8 bytes!")));
        span.writeBytes(field(5, text("a")));
        span.write(7 << 3 | WireFormat.WIRETYPE_FIXED64);
        span.writeBytes(time);
        return span.toByteArray();
    }

    private static byte[] prompt(String text) {
        return field(9, field(1, text("gen_ai.input.messages")), field(2, field(1, text(text))));
    }

    private static byte[] namedAttributes(int count) {
        ByteArrayOutputStream attributes = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            attributes.writeBytes(field(9, field(1, text("k" + i))));
        }
        return spans(field(2, span(), attributes.toByteArray()));
    }

    private static byte[] unknownFields(int count) {
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(fields);
        try {
            for (int i = 0; i < count; i++) {
                out.writeBool(1000 + i, true);
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return spans(field(2, span(), fields.toByteArray()));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] repeat(byte[] part, int count) {
        byte[] all = new byte[part.length * count];
        for (int i = 0; i < all.length; i += part.length) {
            System.arraycopy(part, 0, all, i, part.length);
        }
        return all;
    }

    /** Returns a field that has a text or a message. */
    private static byte[] field(int number, byte[]... contents) {
        ByteArrayOutputStream field = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(field);
        try {
            int length = 0;
            for (byte[] content : contents) {
                length += content.length;
            }
            out.writeTag(number, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(length);
            for (byte[] content : contents) {
                out.writeRawBytes(content);
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return field.toByteArray();
    }
}
