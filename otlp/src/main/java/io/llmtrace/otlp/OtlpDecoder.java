package io.llmtrace.otlp;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Message;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.io.IOException;

/** Reads the bodies of OTLP requests, after decompression. */
public final class OtlpDecoder {

    /** How a body is written. */
    public enum Encoding {
        PROTOBUF,
        JSON
    }

    private OtlpDecoder() {}

    /** @throws MalformedRequestException with reason and position */
    public static ExportTraceServiceRequest traces(byte[] body, Encoding encoding) {
        ExportTraceServiceRequest.Builder builder = ExportTraceServiceRequest.newBuilder();
        read(body, encoding, builder);
        return builder.build();
    }

    /** @throws MalformedRequestException with reason and position */
    public static ExportLogsServiceRequest logs(byte[] body, Encoding encoding) {
        ExportLogsServiceRequest.Builder builder = ExportLogsServiceRequest.newBuilder();
        read(body, encoding, builder);
        return builder.build();
    }

    private static void read(byte[] body, Encoding encoding, Message.Builder into) {
        switch (encoding) {
            case PROTOBUF -> readProtobuf(body, into);
            case JSON -> OtlpJson.read(body, into);
        }
    }

    private static void readProtobuf(byte[] body, Message.Builder into) {
        CodedInputStream input = CodedInputStream.newInstance(body);
        try {
            into.mergeFrom(input);
            input.checkLastTagWas(0);
        } catch (IOException e) {
            throw new MalformedRequestException(
                    "not a protobuf " + into.getDescriptorForType().getName() + " at byte " + input.getTotalBytesRead()
                            + " of " + body.length + ": " + e.getMessage(),
                    e);
        }
    }
}
