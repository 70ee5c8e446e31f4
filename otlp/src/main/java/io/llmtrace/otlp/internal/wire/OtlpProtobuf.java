package io.llmtrace.otlp.internal.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A reader of OTLP's protobuf form for bodies that protobuf's own parser refuses as a whole, or reads without the fields that have a former
 * number ({@link RequestShape}). Text that is not UTF-8 is read with U+FFFD
 * in the place of what is wrong. Each record, and each part that holds records, is read on its own.
 */
public final class OtlpProtobuf {

    /** The depth at which protobuf's own parser stops, too. */
    private static final int MAX_MESSAGE_DEPTH = 100;

    /** If protobuf's own parser refused that many records, it is not tried for others: each refusal takes microseconds. */
    private static final int MAX_REFUSED = 1_000;

    private final UnreadableRecords unreadable;
    private final StringBuilder path = new StringBuilder();

    /** How many records protobuf's own parser has refused. */
    private int refused;

    /** How many messages are around the one that is being read. */
    private int depth = -1;

    private OtlpProtobuf(UnreadableRecords unreadable) {
        this.unreadable = unreadable;
    }

    /** Returns whether a request that protobuf's own parser has read lacks fields that have a former number. */
    public static boolean hasFormerNumbers(Message.Builder request) {
        return RequestShape.hasFormerNumbers(request);
    }

    /**
     * Reads a whole body into a builder. In the place of records that cannot be read, the builder gets empty ones.
     *
     * @param unreadable gets the records that cannot be read
     * @throws IOException if the parts of the body cannot be told apart
     */
    public static void read(byte[] body, Message.Builder into, UnreadableRecords unreadable) throws IOException {
        new OtlpProtobuf(unreadable).readAll(new Source(UnsafeByteOperations.unsafeWrap(body)), into);
    }

    private void readAll(Source source, Message.Builder into) throws IOException {
        readFields(source, into);
        source.in.checkLastTagWas(0);
    }

    private void readFields(Source source, Message.Builder into) throws IOException {
        if (++depth > MAX_MESSAGE_DEPTH) {
            throw new InvalidProtocolBufferException("nested deeper than " + MAX_MESSAGE_DEPTH + " messages");
        }
        CodedInputStream in = source.in;
        int others = in.getTotalBytesRead();
        int start = others;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            FieldDescriptor field =
                    RequestShape.fieldOf(into.getDescriptorForType(), WireFormat.getTagFieldNumber(tag));
            boolean hasLength = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
            if (hasLength && field != null && field.getType() == FieldDescriptor.Type.STRING) {
                readOthers(source, others, start, into);
                readText(in, field, into);
                others = in.getTotalBytesRead();
            } else if (hasLength && field != null && field.getType() == FieldDescriptor.Type.MESSAGE) {
                readOthers(source, others, start, into);
                readMessage(source, field, into);
                others = in.getTotalBytesRead();
            } else if (!in.skipField(tag)) {
                throw new InvalidProtocolBufferException("a group ends that did not begin");
            }
            start = in.getTotalBytesRead();
        }
        readOthers(source, others, start, into);
        depth--;
    }

    /** Lets protobuf's own parser read fields that are neither texts nor messages: numbers, bytes, and unknown ones. */
    private static void readOthers(Source source, int start, int end, Message.Builder into) throws IOException {
        if (start < end) {
            into.mergeFrom(source.bytes.substring(start, end));
        }
    }

    private void readText(CodedInputStream in, FieldDescriptor field, Message.Builder into) throws IOException {
        ByteString bytes = in.readBytes();
        if (!bytes.isValidUtf8()) {
            unreadable.replacedText();
        }
        if (field.isRepeated()) {
            into.addRepeatedField(field, bytes.toStringUtf8());
        } else {
            into.setField(field, bytes.toStringUtf8());
        }
    }

    private void readMessage(Source source, FieldDescriptor field, Message.Builder into) throws IOException {
        int outerPath = path.length();
        path.append('/').append(field.getJsonName());
        if (field.isRepeated()) {
            path.append('/').append(into.getRepeatedFieldCount(field));
        }
        if (RequestShape.isPart(field)) {
            into.addRepeatedField(field, readPart(source.in.readBytes(), into.newBuilderForField(field)));
        } else if (RequestShape.partsOf(into.getDescriptorForType()) != null) {
            readEnvelope(source, field, into);
        } else {
            Message.Builder message = builderOf(field, into);
            int outerLimit = source.in.pushLimit(source.in.readRawVarint32());
            readAll(source, message);
            source.in.popLimit(outerLimit);
            if (field.isRepeated()) {
                into.addRepeatedField(field, message.build());
            }
        }
        path.setLength(outerPath);
    }

    /** A message that is there twice, although there can be one, is merged into the first, in the time that its own length takes. */
    private static Message.Builder builderOf(FieldDescriptor field, Message.Builder into) {
        return field.isRepeated() ? into.newBuilderForField(field) : into.getFieldBuilder(field);
    }

    /** Reads a resource or scope. If it cannot be read, the part is read on, since the number of its records must be known. */
    private void readEnvelope(Source part, FieldDescriptor field, Message.Builder into) throws IOException {
        ByteString bytes = part.in.readBytes();
        if (part.failure != null) {
            return; // only the number of records matters
        }
        int outerDepth = depth;
        try {
            readAll(new Source(bytes), builderOf(field, into));
        } catch (IOException e) {
            depth = outerDepth;
            part.failure = reason(e);
        }
    }

    /** Reads a record, or a part that holds records; if it cannot be read, returns empty records in its place. */
    private Message readPart(ByteString bytes, Message.Builder part) {
        int first = unreadable.records();
        int outerDepth = depth;
        int outerPath = path.length();
        boolean isRecord = RequestShape.partsOf(part.getDescriptorForType()) == null;
        Source source = new Source(bytes);
        try {
            if (!isRecord) {
                readAll(source, part);
            } else if (refused >= MAX_REFUSED || !isValid(bytes, part)) {
                readAll(source, part.clear());
            }
        } catch (IOException e) {
            source.failure = reason(e);
        }
        depth = outerDepth;
        path.setLength(outerPath);
        if (source.failure != null) {
            return RequestShape.empty(part.clear(), unreadable.addSince(first, source.failure));
        }
        if (isRecord) {
            unreadable.addReadable();
        }
        return part.build();
    }

    /** Reads a record with protobuf's own parser; returns false if that refuses it. */
    private boolean isValid(ByteString bytes, Message.Builder record) {
        CodedInputStream in = bytes.newCodedInput();
        in.setRecursionLimit(MAX_MESSAGE_DEPTH - depth - 1);
        try {
            record.mergeFrom(in);
            in.checkLastTagWas(0);
            return true;
        } catch (IOException e) {
            refused++;
            return false;
        }
    }

    private String reason(IOException e) {
        return "at " + path + ": " + e.getMessage();
    }

    /** A stream that reads these bytes from their beginning, and why a part that they hold cannot be read, if that is so. */
    private static final class Source {
        private final ByteString bytes;
        private final CodedInputStream in;
        private @Nullable String failure;

        Source(ByteString bytes) {
            this.bytes = bytes;
            this.in = bytes.newCodedInput();
            in.enableAliasing(true);
        }
    }
}
