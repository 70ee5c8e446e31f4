package io.llmtrace.otlp.internal.wire;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import io.llmtrace.json.JsonMemory;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Estimates how much of the heap a protobuf message takes when it is decoded and mapped, in one pass over its fields: an empty span takes
 * two bytes of a body, and hundreds of the heap.
 */
public final class ProtobufMemory {

    /** The depth at which protobuf's own parser stops, too. */
    private static final int MAX_MESSAGE_DEPTH = 100;

    /** The bytes for a field that is no message. */
    private static final int BYTES_A_FIELD = 50;

    /** The bytes for a message: the object that is decoded, its place in a list, and what it is mapped to. */
    private static final int BYTES_A_MESSAGE = 100;

    /** The bytes for an attribute whose key another one has, too: such attributes are kept as a list of objects. */
    private static final int BYTES_A_REPEATED_KEY = 800;

    /**
     * The bytes for a record, an event or a link, besides its fields: what it is mapped to, whatever it has, and the reason if it is
     * rejected.
     */
    private static final int BYTES_A_RECORD = 1_000;

    /** The bytes for a field that the type does not have: protobuf keeps it with five lists in a sorted map. */
    private static final int BYTES_AN_UNKNOWN_FIELD = 300;

    private static final int KEY = KeyValue.KEY_FIELD_NUMBER;

    private static final Set<Descriptor> RECORDS = Set.of(
            Span.getDescriptor(), Span.Event.getDescriptor(), Span.Link.getDescriptor(), LogRecord.getDescriptor());

    private static final Map<Descriptor, Shape> SHAPES = new ConcurrentHashMap<>();

    private final byte[] body;
    private int position;
    private boolean damaged;
    private long bytes;
    private long inLargestText;

    private ProtobufMemory(byte[] body) {
        this.body = body;
    }

    /**
     * Returns the bytes that the fields take, besides their text. Of the texts that may be JSON, only the one with the most values counts,
     * since they are parsed one after the other. A message that is damaged counts up to the damage.
     */
    public static long ofFields(byte[] body, Descriptor type) {
        ProtobufMemory memory = new ProtobufMemory(body);
        memory.addFields(body.length, SHAPES.computeIfAbsent(type, t -> Shape.of(t, new HashMap<>())), 0);
        return memory.bytes + memory.inLargestText;
    }

    /** Adds the fields up to a position, and returns a hash of the key if they are those of an attribute. */
    private int addFields(int end, Shape shape, int depth) {
        int keyHash = 0;
        int groups = 0;
        long keys = 0; // a bit for each remainder of a hash
        while (position < end) {
            int tag = varint(end);
            int field = tag >>> 3;
            boolean isKnown = groups == 0 && shape.isKnown(field);
            Shape message = isKnown ? shape.messages[field] : null;
            bytes += message != null ? BYTES_A_MESSAGE : isKnown ? BYTES_A_FIELD : BYTES_AN_UNKNOWN_FIELD;
            switch (tag & 7) {
                case WireFormat.WIRETYPE_VARINT -> varint(end);
                case WireFormat.WIRETYPE_FIXED64 -> position += Long.BYTES;
                case WireFormat.WIRETYPE_FIXED32 -> position += Integer.BYTES;
                case WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
                    int start = position;
                    int hash = addContent(end, message, depth);
                    if (isKnown && shape.isAttribute && field == KEY) {
                        keyHash = hash(start, position);
                    } else if (message != null && message.isAttribute) {
                        bytes += (keys >>> hash & 1) == 0 ? 0 : BYTES_A_REPEATED_KEY;
                        keys |= 1L << hash;
                    }
                }
                case WireFormat.WIRETYPE_START_GROUP -> groups++;
                case WireFormat.WIRETYPE_END_GROUP -> groups--;
                default -> damaged = true;
            }
            if (damaged || groups < 0) {
                return keyHash;
            }
        }
        return keyHash;
    }

    /** Adds a text or a message, and returns a hash of the key if the message is an attribute. */
    private int addContent(int outerEnd, @Nullable Shape message, int depth) {
        int length = varint(outerEnd);
        if (damaged || length < 0 || length > outerEnd - position) {
            damaged = true;
            return 0;
        }
        int hash = 0;
        int end = position + length;
        if (message == null) {
            inLargestText = Math.max(inLargestText, JsonMemory.ofText(body, position, end));
        } else if (depth < MAX_MESSAGE_DEPTH) {
            bytes += message.isRecord ? BYTES_A_RECORD : 0;
            hash = addFields(end, message, depth + 1);
            damaged = false; // what follows the message is read on
        }
        position = end;
        return hash;
    }

    /** Returns a hash of a key with its length; keys often differ at their ends. */
    private int hash(int start, int end) {
        int hash = end - start;
        for (int i = Math.max(start, end - 4); i < end; i++) {
            hash = 31 * hash + body[i];
        }
        return hash;
    }

    /** Reads a number as protobuf's own parser reads tags and lengths: without the bits beyond 32. */
    private int varint(int end) {
        if (position < end && body[position] >= 0) {
            return body[position++]; // nearly all have one byte
        }
        long value = 0;
        for (int shift = 0; shift < Long.SIZE && position < end; shift += 7) {
            byte next = body[position++];
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return (int) value;
            }
        }
        damaged = true;
        return 0;
    }

    /** The fields of a type of message, and which of them are messages, by their numbers. */
    private static final class Shape {

        private final @Nullable Shape[] messages;
        private final boolean[] known;
        private final boolean isRecord;
        private final boolean isAttribute;

        private Shape(Descriptor type, int fields) {
            this.messages = new Shape[fields];
            this.known = new boolean[fields];
            this.isRecord = RECORDS.contains(type);
            this.isAttribute = type == KeyValue.getDescriptor();
        }

        /** @param others those of the types in which this one is, since a list may hold lists */
        static Shape of(Descriptor type, Map<Descriptor, Shape> others) {
            Shape existing = others.get(type);
            if (existing != null) {
                return existing;
            }
            int last = RequestShape.greatestNumber(type);
            Shape shape = new Shape(type, last + 1);
            others.put(type, shape);
            for (int number = 1; number <= last; number++) {
                FieldDescriptor field = RequestShape.fieldOf(type, number);
                shape.known[number] = field != null;
                if (field != null && field.getType() == FieldDescriptor.Type.MESSAGE) {
                    shape.messages[number] = of(field.getMessageType(), others);
                }
            }
            return shape;
        }

        boolean isKnown(int field) {
            return field > 0 && field < known.length && known[field];
        }
    }
}
