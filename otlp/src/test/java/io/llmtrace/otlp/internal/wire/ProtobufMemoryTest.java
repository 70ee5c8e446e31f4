package io.llmtrace.otlp.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.llmtrace.otlp.OtlpDecoder;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class ProtobufMemoryTest {

    private static final int MANY = 10_000;

    @Test
    void emptyMessages_countEach() {
        assertThat(of(trace(ResourceSpans.newBuilder()
                        .addAllScopeSpans(Collections.nCopies(MANY, ScopeSpans.getDefaultInstance())))))
                .isGreaterThan(100L * MANY);
        assertThat(of(ExportTraceServiceRequest.newBuilder()
                        .addAllResourceSpans(Collections.nCopies(MANY, ResourceSpans.getDefaultInstance()))))
                .isGreaterThanOrEqualTo(100L * MANY);
        assertThat(of(span(
                        Span.newBuilder().addAllAttributes(Collections.nCopies(MANY, KeyValue.getDefaultInstance())))))
                .isGreaterThan(100L * MANY);
        assertThat(of(span(Span.newBuilder().addAllEvents(Collections.nCopies(MANY, Span.Event.getDefaultInstance())))))
                .isGreaterThan(100L * MANY);
    }

    @Test
    void emptyRecords_countAsWhatTheyAreMappedTo() {
        assertThat(of(trace(ResourceSpans.newBuilder()
                        .addScopeSpans(ScopeSpans.newBuilder()
                                .addAllSpans(Collections.nCopies(MANY, Span.getDefaultInstance()))))))
                .isGreaterThan(1_000L * MANY);
        byte[] logs = ExportLogsServiceRequest.newBuilder()
                .addResourceLogs(ResourceLogs.newBuilder()
                        .addScopeLogs(ScopeLogs.newBuilder()
                                .addAllLogRecords(Collections.nCopies(MANY, LogRecord.getDefaultInstance()))))
                .build()
                .toByteArray();
        assertThat(ProtobufMemory.ofFields(logs, ExportLogsServiceRequest.getDescriptor()))
                .isGreaterThan(1_000L * MANY);
    }

    @Test
    void itemsOfLists_countEach_alsoOfListsInLists() {
        AnyValue list = AnyValue.newBuilder()
                .setArrayValue(
                        ArrayValue.newBuilder().addAllValues(Collections.nCopies(MANY, AnyValue.getDefaultInstance())))
                .build();
        for (int depth = 0; depth < 20; depth++) {
            list = AnyValue.newBuilder()
                    .setArrayValue(ArrayValue.newBuilder().addValues(list))
                    .build();
        }

        assertThat(of(span(attribute(list)))).isGreaterThan(100L * MANY);
    }

    @Test
    void attributes_countMoreIfTheirKeysAreTheSame() {
        Span.Builder same = Span.newBuilder();
        Span.Builder different = Span.newBuilder();
        for (int i = 0; i < 20; i++) {
            same.addAttributes(KeyValue.newBuilder().setKey("key.aa"));
            different.addAttributes(KeyValue.newBuilder().setKey("key." + i));
        }

        assertThat(of(span(same))).isGreaterThan(800 * 19).isGreaterThan(of(span(different)));
    }

    @Test
    void unknownFields_countEach_alsoInGroups() {
        UnknownFieldSet.Builder fields = UnknownFieldSet.newBuilder();
        for (int i = 0; i < MANY; i++) {
            fields.mergeVarintField(1_000 + i, 1);
        }
        UnknownFieldSet group = UnknownFieldSet.newBuilder()
                .addField(
                        900,
                        UnknownFieldSet.Field.newBuilder()
                                .addGroup(fields.build())
                                .build())
                .build();

        assertThat(of(span(Span.newBuilder().setUnknownFields(fields.build())))).isGreaterThan(200L * MANY);
        assertThat(of(span(Span.newBuilder().setUnknownFields(group)))).isGreaterThan(200L * MANY);
    }

    @Test
    void longText_countsTheValuesInIt() {
        String json = "[" + "[],".repeat(MANY * 10) + "[]]";

        assertThat(of(span(attribute(AnyValue.newBuilder().setStringValue(json).build()))))
                .isGreaterThan(1_000L * MANY);
    }

    @Test
    void chats_takeLessThanTheirText() {
        Span.Builder chat = attribute(AnyValue.newBuilder()
                        .setStringValue("[{\"role\":\"user\",\"content\":\"Hello, you\"}]".repeat(500))
                        .build())
                .setTraceId(ByteString.copyFrom(new byte[16]))
                .setSpanId(ByteString.copyFrom(new byte[8]))
                .setName("chat")
                .setStartTimeUnixNano(1)
                .setEndTimeUnixNano(2);
        for (int i = 0; i < 30; i++) {
            chat.addAttributes(KeyValue.newBuilder()
                    .setKey("gen_ai.attribute." + i)
                    .setValue(AnyValue.newBuilder().setIntValue(i)));
        }
        ExportTraceServiceRequest.Builder chats = trace(ResourceSpans.newBuilder()
                .addScopeSpans(ScopeSpans.newBuilder().addAllSpans(Collections.nCopies(100, chat.build()))));

        assertThat(of(chats)).isLessThan(chats.build().getSerializedSize());
    }

    @Test
    void damage_endsOnlyTheMessageThatHasIt() {
        ByteString damaged = ByteString.copyFrom(new byte[] {-1, -1, -1});
        UnknownFieldSet resource = UnknownFieldSet.newBuilder()
                .addField(
                        1,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(damaged)
                                .build())
                .build();
        ExportTraceServiceRequest.Builder request = trace(ResourceSpans.newBuilder()
                .addAllScopeSpans(Collections.nCopies(MANY, ScopeSpans.getDefaultInstance())));

        byte[] body =
                resource.toByteString().concat(request.build().toByteString()).toByteArray();

        assertThat(ProtobufMemory.ofFields(body, ExportTraceServiceRequest.getDescriptor()))
                .isGreaterThan(100L * MANY);
    }

    @Test
    void tagWithBitsBeyond32_hidesNothing() {
        byte[] body = trace(ResourceSpans.newBuilder()
                        .addAllScopeSpans(Collections.nCopies(MANY, ScopeSpans.getDefaultInstance())))
                .build()
                .toByteArray();
        byte[] longTag = {(byte) 0x8a, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0xf0, 1};

        byte[] changed = ByteString.copyFrom(longTag)
                .concat(ByteString.copyFrom(body, 1, body.length - 1))
                .toByteArray();

        assertThat(OtlpDecoder.traces(changed, OtlpDecoder.Encoding.PROTOBUF)
                        .getResourceSpans(0)
                        .getScopeSpansCount())
                .isEqualTo(MANY);
        assertThat(ProtobufMemory.ofFields(changed, ExportTraceServiceRequest.getDescriptor()))
                .isGreaterThan(100L * MANY);
    }

    @Test
    void anyBytes_areEstimated() {
        byte[] body = span(attribute(
                                AnyValue.newBuilder().setStringValue("text").build())
                        .setName("name")
                        .setStartTimeUnixNano(1))
                .build()
                .toByteArray();
        for (int length = 0; length < body.length; length++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                byte[] changed = Arrays.copyOf(body, body.length);
                changed[length] ^= (byte) (1 << bit);
                assertThat(ProtobufMemory.ofFields(changed, ExportTraceServiceRequest.getDescriptor()))
                        .isBetween(100L, 20_000L);
                ProtobufMemory.ofFields(Arrays.copyOf(changed, length), ExportTraceServiceRequest.getDescriptor());
            }
        }
    }

    private static Span.Builder attribute(AnyValue value) {
        return Span.newBuilder()
                .addAttributes(KeyValue.newBuilder().setKey("key").setValue(value));
    }

    private static ExportTraceServiceRequest.Builder span(Span.Builder span) {
        return trace(
                ResourceSpans.newBuilder().addScopeSpans(ScopeSpans.newBuilder().addSpans(span)));
    }

    private static ExportTraceServiceRequest.Builder trace(ResourceSpans.Builder resource) {
        return ExportTraceServiceRequest.newBuilder().addResourceSpans(resource);
    }

    private static long of(Message.Builder request) {
        return ProtobufMemory.ofFields(request.build().toByteArray(), ExportTraceServiceRequest.getDescriptor());
    }
}
