package io.llmtrace.otlp.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.llmtrace.otlp.RandomRequests;
import io.llmtrace.testkit.Seeds;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OtlpProtobufTest {

    /** As long as U+FFFD in UTF-8. */
    private static final String MARK = "QQQ";

    private static final byte[] INVALID = {(byte) 0xed, (byte) 0xa0, (byte) 0xbe};

    /** All else in a request with invalid text is read as protobuf's own parser reads it. */
    @Test
    void read_differsFromProtobufsParser_onlyInInvalidText() {
        Seeds.run(20_000, seed -> {
            ExportTraceServiceRequest.Builder request = new RandomRequests(seed).request().toBuilder();
            if (bytesOf(request.build().toByteArray()).contains(MARK)) {
                return; // a random number may have these bytes, too
            }
            byte[] body = withNames(request, MARK).toByteArray();
            String bytes = bytesOf(body);
            for (int i = bytes.indexOf(MARK); i >= 0; i = bytes.indexOf(MARK, i + 1)) {
                System.arraycopy(INVALID, 0, body, i, INVALID.length);
            }
            UnreadableRecords unreadable = new UnreadableRecords();
            ExportTraceServiceRequest.Builder read = ExportTraceServiceRequest.newBuilder();
            try {
                OtlpProtobuf.read(body, read, unreadable);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }

            assertThat(unreadable.firstReason()).isNull();
            assertThat(unreadable.textReplaced()).isTrue();
            assertThat(read.build()).isEqualTo(withNames(request, "\ufffd"));
        });
    }

    private static String bytesOf(byte[] body) {
        return new String(body, StandardCharsets.ISO_8859_1);
    }

    /** Puts a text into the resource, the scope and each span. */
    private static ExportTraceServiceRequest withNames(ExportTraceServiceRequest.Builder request, String text) {
        ExportTraceServiceRequest.Builder named = request.build().toBuilder();
        named.getResourceSpansBuilderList().forEach(resource -> {
            resource.getResourceBuilder().addAttributesBuilder().setKey(text);
            resource.getScopeSpansBuilderList().forEach(scope -> {
                scope.getScopeBuilder().setVersion(text);
                scope.getSpansBuilderList().forEach(span -> span.setNameBytes(ByteString.copyFromUtf8(text)));
            });
        });
        return named.build();
    }
}
