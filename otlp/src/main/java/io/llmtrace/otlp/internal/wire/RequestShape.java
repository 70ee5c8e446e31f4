package io.llmtrace.otlp.internal.wire;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the records of a request are, which are its spans or log records:
 *
 * <pre>
 *   ExportTraceServiceRequest › resource_spans › scope_spans › spans
 *   ExportLogsServiceRequest › resource_logs › scope_logs › log_records
 * </pre>
 *
 * Until OTLP 0.14, scopes were instrumentation libraries. Only the names differ, and for a while the number of the field that holds them.
 */
final class RequestShape {

    private static final Set<String> PARTS =
            Set.of("resource_spans", "scope_spans", "spans", "resource_logs", "scope_logs", "log_records");

    /** The former names of fields, by their names. */
    private static final Map<String, String> FORMER_NAMES = Map.of(
            "scope_spans", "instrumentation_library_spans",
            "scope_logs", "instrumentation_library_logs",
            "scope", "instrumentation_library",
            "log_records", "logs");

    /** The number that {@code instrumentation_library_spans} and {@code instrumentation_library_logs} had beside the present fields. */
    private static final int FORMER_NUMBER = 1000;

    private RequestShape() {}

    /** Returns the former name of a field of a part; null if it had none. */
    static @Nullable String formerNameOf(FieldDescriptor field) {
        return partsOf(field.getContainingType()) == null ? null : FORMER_NAMES.get(field.getName());
    }

    /** Returns the field that has or had a number; null if there is none. */
    static @Nullable FieldDescriptor fieldOf(Descriptor message, int number) {
        FieldDescriptor former = number == FORMER_NUMBER ? formerlyNumbered(message) : null;
        return former == null ? message.findFieldByNumber(number) : former;
    }

    /** Returns the field of a message that had another number; null if there is none. */
    static @Nullable FieldDescriptor formerlyNumbered(Descriptor message) {
        FieldDescriptor parts = partsOf(message);
        FieldDescriptor records = parts == null ? null : partsOf(parts.getMessageType());
        return records != null && partsOf(records.getMessageType()) == null ? parts : null;
    }

    /** Returns whether protobuf's own parser did not know a field of the request because of its former number. */
    static boolean hasFormerNumbers(MessageOrBuilder request) {
        FieldDescriptor parts = partsOf(request.getDescriptorForType());
        for (int i = 0; parts != null && i < request.getRepeatedFieldCount(parts); i++) {
            Message part = (Message) request.getRepeatedField(parts, i);
            if (part.getUnknownFields().hasField(FORMER_NUMBER)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the greatest number that a field of a message has or had. */
    static int greatestNumber(Descriptor message) {
        int greatest = formerlyNumbered(message) == null ? 0 : FORMER_NUMBER;
        for (FieldDescriptor field : message.getFields()) {
            greatest = Math.max(greatest, field.getNumber());
        }
        return greatest;
    }

    /** Returns whether a field holds records, or parts that hold them. */
    static boolean isPart(FieldDescriptor field) {
        return PARTS.contains(field.getName());
    }

    /** Returns the field of a part that holds records or parts; null for a record. */
    static @Nullable FieldDescriptor partsOf(Descriptor message) {
        for (FieldDescriptor field : message.getFields()) {
            if (isPart(field)) {
                return field;
            }
        }
        return null;
    }

    /** Returns a part with this number of empty records; an empty record, if the part is one itself. */
    static Message empty(Message.Builder part, int records) {
        FieldDescriptor parts = partsOf(part.getDescriptorForType());
        if (parts == null) {
            return part.build();
        }
        boolean holdRecords = partsOf(parts.getMessageType()) == null;
        Message child = empty(part.newBuilderForField(parts), records);
        for (int i = holdRecords ? records : 1; i > 0; i--) {
            part.addRepeatedField(parts, child);
        }
        return part.build();
    }

    /**
     * Returns the path of a record, such as {@code /resourceSpans/0/scopeSpans/2/spans/7}.
     *
     * @param index among all records of the request, from 0
     */
    static String pathOf(MessageOrBuilder request, int index) {
        StringBuilder path = new StringBuilder();
        find(request, index, path);
        return path.toString();
    }

    /** Appends the path of the record if the part has it, and returns how many records are still to be passed by. */
    private static int find(MessageOrBuilder part, int index, StringBuilder path) {
        FieldDescriptor parts = partsOf(part.getDescriptorForType());
        if (parts == null) {
            return index - 1;
        }
        int left = index;
        int length = path.length();
        for (int i = 0; i < part.getRepeatedFieldCount(parts); i++) {
            path.append('/').append(parts.getJsonName()).append('/').append(i);
            left = find((MessageOrBuilder) part.getRepeatedField(parts, i), left, path);
            if (left < 0) {
                return left;
            }
            path.setLength(length);
        }
        return left;
    }
}
