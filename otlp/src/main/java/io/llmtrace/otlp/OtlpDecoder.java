package io.llmtrace.otlp;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import io.llmtrace.json.JsonMemory;
import io.llmtrace.otlp.internal.wire.MalformedJsonException;
import io.llmtrace.otlp.internal.wire.OtlpJson;
import io.llmtrace.otlp.internal.wire.OtlpProtobuf;
import io.llmtrace.otlp.internal.wire.ProtobufMemory;
import io.llmtrace.otlp.internal.wire.TooManyUnreadableException;
import io.llmtrace.otlp.internal.wire.UnreadableRecords;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.io.IOException;

/**
 * Decodes the bodies of OTLP requests, after decompression. What is not valid Unicode in a text becomes U+FFFD: some exporters send text
 * that they have cut in the middle of an emoji.
 */
public final class OtlpDecoder {

    /** The encodings of OTLP. */
    public enum Encoding {
        PROTOBUF,
        JSON
    }

    private OtlpDecoder() {}

    /**
     * Returns an estimate of the bytes of the heap that are needed to decode and map a request with spans, besides the text in it. It
     * takes a small part of the time of decoding.
     *
     * @param body anything that a client may send in its place
     */
    public static long memoryForTraces(byte[] body, Encoding encoding) {
        return memoryFor(body, encoding, ExportTraceServiceRequest.getDescriptor());
    }

    /** Returns an estimate as {@link #memoryForTraces} does, for a request with log records. */
    public static long memoryForLogs(byte[] body, Encoding encoding) {
        return memoryFor(body, encoding, ExportLogsServiceRequest.getDescriptor());
    }

    private static long memoryFor(byte[] body, Encoding encoding, Descriptor type) {
        return switch (encoding) {
            case PROTOBUF -> ProtobufMemory.ofFields(body, type);
            case JSON -> JsonMemory.ofValues(body);
        };
    }

    /**
     * Decodes a request with spans.
     *
     * @throws MalformedRequestException with reason and position, also if only one span cannot be read
     */
    public static ExportTraceServiceRequest traces(byte[] body, Encoding encoding) {
        return whole(readableTraces(body, encoding));
    }

    /**
     * Decodes a request with log records.
     *
     * @throws MalformedRequestException with reason and position, also if only one record cannot be read
     */
    public static ExportLogsServiceRequest logs(byte[] body, Encoding encoding) {
        return whole(readableLogs(body, encoding));
    }

    /**
     * Decodes the spans of a request that can be read.
     *
     * @throws MalformedRequestException with reason and position, if there are spans and none can be read, or if the spans cannot be
     *     told apart
     */
    public static DecodedRequest<ExportTraceServiceRequest> readableTraces(byte[] body, Encoding encoding) {
        ExportTraceServiceRequest.Builder request = ExportTraceServiceRequest.newBuilder();
        UnreadableRecords unreadable = read(body, encoding, request);
        return new DecodedRequest<>(request.build(), unreadable);
    }

    /**
     * Decodes the log records of a request that can be read.
     *
     * @throws MalformedRequestException with reason and position, if there are records and none can be read, or if the records cannot
     *     be told apart
     */
    public static DecodedRequest<ExportLogsServiceRequest> readableLogs(byte[] body, Encoding encoding) {
        ExportLogsServiceRequest.Builder request = ExportLogsServiceRequest.newBuilder();
        UnreadableRecords unreadable = read(body, encoding, request);
        return new DecodedRequest<>(request.build(), unreadable);
    }

    private static <T extends Message> T whole(DecodedRequest<T> decoded) {
        String failure = decoded.firstFailure();
        if (failure != null) {
            throw new MalformedRequestException(failure, null);
        }
        return decoded.request();
    }

    private static UnreadableRecords read(byte[] body, Encoding encoding, Message.Builder into) {
        UnreadableRecords unreadable = new UnreadableRecords();
        try {
            switch (encoding) {
                case PROTOBUF -> readProtobuf(body, into, unreadable);
                case JSON -> readJson(body, into, unreadable);
            }
            return unreadable;
        } catch (TooManyUnreadableException e) {
            throw new MalformedRequestException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Tries protobuf's own parser first, which is faster, but refuses the whole body for one text that is not UTF-8. */
    private static void readProtobuf(byte[] body, Message.Builder into, UnreadableRecords unreadable) {
        CodedInputStream input = CodedInputStream.newInstance(body);
        IOException refusal = null;
        try {
            into.mergeFrom(input);
            input.checkLastTagWas(0);
            if (!OtlpProtobuf.hasFormerNumbers(into)) {
                return;
            }
        } catch (IOException e) {
            refusal = e;
        }
        String where = "not a protobuf " + into.getDescriptorForType().getName() + " at byte "
                + input.getTotalBytesRead() + " of " + body.length + ": ";
        into.clear();
        try {
            OtlpProtobuf.read(body, into, unreadable);
        } catch (IOException noParts) {
            throw new MalformedRequestException(where + noParts.getMessage(), noParts);
        }
        if (unreadable.isAll()) {
            throw new MalformedRequestException(where + unreadable.firstReason(), refusal);
        }
    }

    private static void readJson(byte[] body, Message.Builder into, UnreadableRecords unreadable) {
        try {
            OtlpJson.read(body, into, unreadable);
        } catch (MalformedJsonException e) {
            throw new MalformedRequestException(String.valueOf(e.getMessage()), e);
        }
        if (unreadable.isAll()) {
            throw new MalformedRequestException(String.valueOf(unreadable.firstReason()), null);
        }
    }
}
