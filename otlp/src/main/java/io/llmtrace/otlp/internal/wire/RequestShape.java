package io.llmtrace.otlp.internal.wire;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the records of a request are, which are its spans or log records:
 *
 * <pre>
 *   ExportTraceServiceRequest › resource_spans › scope_spans › spans
 *   ExportLogsServiceRequest › resource_logs › scope_logs › log_records
 * </pre>
 */
final class RequestShape {

    private static final Set<String> PARTS =
            Set.of("resource_spans", "scope_spans", "spans", "resource_logs", "scope_logs", "log_records");

    private RequestShape() {}

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
