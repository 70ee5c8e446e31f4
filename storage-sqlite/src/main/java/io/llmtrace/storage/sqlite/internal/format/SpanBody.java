package io.llmtrace.storage.sqlite.internal.format;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.AgentAction;
import io.llmtrace.model.SearchedAttributes;
import io.llmtrace.model.SecurityFinding;
import io.llmtrace.model.SpanEvent;
import io.llmtrace.model.TraceSpan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a span's body: its input, output and details. Text comes first, so that bodies of one conversation start alike
 * and compress well together. Numbers below are sizes in bytes.
 *
 * <pre>
 *   prompt | response | error message | findings | events | actions | attributes | lengths 7 × 4 | version 1
 * </pre>
 *
 * Text is UTF-8; the lists and the attributes are JSON. The length of an absent field is -1; empty lists and attributes count as
 * absent.
 */
public final class SpanBody {

    private static final byte VERSION = 1;
    private static final int FIELDS = 7;
    private static final int TRAILER_BYTES = FIELDS * Integer.BYTES + 1;

    private static final ObjectMapper JSON = TraceJson.mapper();
    private static final TypeReference<List<SecurityFinding>> FINDINGS = new TypeReference<>() {};
    private static final TypeReference<List<SpanEvent>> EVENTS = new TypeReference<>() {};
    private static final TypeReference<List<AgentAction>> ACTIONS = new TypeReference<>() {};
    private static final TypeReference<Map<String, @Nullable Object>> ATTRIBUTES = new TypeReference<>() {};

    /** The keys of the attributes that the text filter reads, as they stand in JSON. */
    private static final List<byte[]> SEARCHED_KEYS = SearchedAttributes.KEYS.stream()
            .map(key -> utf8('"' + key + '"'))
            .map(Objects::requireNonNull)
            .toList();

    private SpanBody() {}

    /** Returns the body of a span. */
    public static byte[] encode(TraceSpan span) {
        byte[][] fields = {
            utf8(span.prompt()),
            utf8(span.response()),
            utf8(span.errorMessage()),
            json(span.securityFindings()),
            json(span.events()),
            json(span.agentActions()),
            span.attributes().isEmpty() ? null : TraceJson.writeBytes(span.attributes()),
        };
        int size = TRAILER_BYTES;
        for (byte[] field : fields) {
            size += field == null ? 0 : field.length;
        }
        ByteBuffer bytes = ByteBuffer.allocate(size);
        for (byte[] field : fields) {
            if (field != null) {
                bytes.put(field);
            }
        }
        for (byte[] field : fields) {
            bytes.putInt(field == null ? -1 : field.length);
        }
        return bytes.put(VERSION).array();
    }

    /** Sets all fields of a body in the builder of its span. */
    public static void decodeInto(TraceSpan.Builder span, byte[] bytes) {
        List<byte @Nullable []> fields = split(bytes);
        setSearched(span, fields);
        span.events(read(fields.get(4), EVENTS, List.of()));
        span.attributes(read(fields.get(6), ATTRIBUTES, Map.<String, @Nullable Object>of()));
    }

    /**
     * Sets only what the text index holds. Events take longer to decode than the rest, so they are left out if none of their
     * attributes is searched.
     */
    public static void decodeIndexedInto(TraceSpan.Builder span, byte[] bytes) {
        List<byte @Nullable []> fields = split(bytes);
        setSearched(span, fields);
        if (isSearched(fields.get(4))) {
            span.events(read(fields.get(4), EVENTS, List.of()));
        }
        span.attributes(read(fields.get(6), ATTRIBUTES, Map.<String, @Nullable Object>of()));
    }

    private static boolean isSearched(byte @Nullable [] json) {
        return json != null && SEARCHED_KEYS.stream().anyMatch(key -> contains(json, key));
    }

    private static boolean contains(byte[] bytes, byte[] part) {
        int last = bytes.length - part.length;
        for (int i = 0; i <= last; i++) {
            if (bytes[i] == part[0] && Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
                return true;
            }
        }
        return false;
    }

    private static void setSearched(TraceSpan.Builder span, List<byte @Nullable []> fields) {
        span.prompt(text(fields.get(0)));
        span.response(text(fields.get(1)));
        span.errorMessage(text(fields.get(2)));
        span.securityFindings(read(fields.get(3), FINDINGS, List.of()));
        span.agentActions(read(fields.get(5), ACTIONS, List.of()));
    }

    private static List<byte @Nullable []> split(byte[] bytes) {
        if (bytes.length < TRAILER_BYTES || bytes[bytes.length - 1] != VERSION) {
            throw new DamagedDataException(
                    "a span's body has an unknown format: it was written by a newer version, or is damaged");
        }
        ByteBuffer lengths = ByteBuffer.wrap(bytes, bytes.length - TRAILER_BYTES, FIELDS * Integer.BYTES);
        List<byte @Nullable []> fields = new ArrayList<>(FIELDS);
        int offset = 0;
        for (int i = 0; i < FIELDS; i++) {
            int length = lengths.getInt();
            if (length < 0) {
                fields.add(null);
                continue;
            }
            if (length > bytes.length - TRAILER_BYTES - offset) {
                throw new DamagedDataException("a span's body is damaged: field " + i + " of " + length + " bytes");
            }
            fields.add(Arrays.copyOfRange(bytes, offset, offset + length));
            offset += length;
        }
        return fields;
    }

    private static byte @Nullable [] utf8(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte @Nullable [] json(List<?> values) {
        return values.isEmpty() ? null : TraceJson.writeBytes(values);
    }

    private static <T> T read(byte @Nullable [] json, TypeReference<T> type, T absent) {
        try {
            return json == null ? absent : JSON.readValue(json, type);
        } catch (IOException e) {
            throw new DamagedDataException("a span's body cannot be read: " + e.getMessage(), e);
        }
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }
}
