package io.llmtrace.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.llmtrace.model.JsonValues;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.InvalidRequestException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the JSON form of the model: names in snake_case, RFC 3339 times in UTC with up to nine fractional
 * digits, and no member for a field without a value.
 *
 * <p>Reading is exact or fails: an unknown or repeated member, a number in quotes, a number instead of text and a fraction
 * instead of a whole number are refused with an {@link InvalidRequestException} that names the path of the member. Only
 * {@link #readTree(byte[])}, which reads what others send, replaces what is not valid Unicode.
 */
public final class TraceJson {

    /** The most UTF-16 characters of one string: enough for 16 MiB of UTF-8 in any script. */
    private static final int MAX_STRING_CHARACTERS = (16 << 20) + 1;

    private static final ObjectMapper MAPPER = newMapper();

    private static final ObjectWriter TO_STREAM = MAPPER.writer()
            .without(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .without(SerializationFeature.FLUSH_AFTER_WRITE_VALUE);

    private TraceJson() {}

    /** Returns a new mapper with these rules, for callers that embed model values in objects of their own. */
    public static ObjectMapper mapper() {
        return MAPPER.copy();
    }

    /**
     * Writes a value on one line, without line breaks.
     *
     * @param value any value of the model or of {@code io.llmtrace.storage}
     * @throws IllegalArgumentException if the value has no JSON form
     */
    public static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not writable as JSON: " + value, e);
        }
    }

    /**
     * Writes a value like {@link #write}, as UTF-8 bytes.
     *
     * @throws IllegalArgumentException if the value has no JSON form
     */
    public static byte[] writeBytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not writable as JSON: " + value, e);
        }
    }

    /**
     * Writes a value like {@link #write}, as UTF-8 bytes to a stream, which stays open.
     *
     * @throws IOException if the stream throws it
     * @throws IllegalArgumentException if the value has no JSON form
     */
    public static void writeTo(OutputStream out, Object value) throws IOException {
        try {
            TO_STREAM.writeValue(out, value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not writable as JSON: " + value, e);
        }
    }

    /**
     * Reads any JSON as a tree. What is not valid Unicode in it becomes U+FFFD ({@link ValidText}), so that nothing is lost for one text
     * that was cut off.
     *
     * @param json UTF-8 text
     * @throws InvalidRequestException if the text is not JSON; the message has line and column
     */
    public static JsonNode readTree(byte[] json) {
        return readTree(json, () -> {});
    }

    /**
     * Reads any JSON as a tree, like {@link #readTree(byte[])}.
     *
     * @param json UTF-8 text
     * @param onReplacement called once if anything became U+FFFD
     * @throws InvalidRequestException if the text is not JSON; the message has line and column
     */
    public static JsonNode readTree(byte[] json, Runnable onReplacement) {
        try {
            byte[] whole = ValidText.withoutHalves(json);
            Optional<Reader> reader = ValidText.reader(whole);
            JsonNode tree = reader.isEmpty() ? MAPPER.readTree(whole) : MAPPER.readTree(reader.get());
            if (whole != json || reader.isPresent()) {
                onReplacement.run();
            }
            return tree;
        } catch (IOException e) {
            throw invalid(e);
        }
    }

    /**
     * Reads a span.
     *
     * @throws InvalidRequestException if the text is not a span; the message names the member and the reason
     */
    public static TraceSpan readSpan(String json) {
        return read(json, TraceSpan.class);
    }

    /**
     * Reads a trace of any tenant. Its spans may leave out {@code trace_id} and {@code tenant_id} and inherit the trace's.
     *
     * @throws InvalidRequestException if the text is not a trace; the message names the member and the reason
     */
    public static TraceEvent readTrace(String json) {
        return readTrace(parse(json), null);
    }

    /**
     * Reads a span of one tenant.
     *
     * @param tenantId the tenant of the request; a span without {@code tenant_id} gets this one
     * @throws InvalidRequestException if the tree is not a span or the span belongs to another tenant; the message names the
     *     member and the reason
     */
    public static TraceSpan readSpan(JsonNode json, UUID tenantId) {
        ObjectNode object = requireObject(json, "a span");
        giveTenant(object, tenantId);
        return read(object, TraceSpan.class);
    }

    /**
     * Reads a trace. Its spans may leave out {@code trace_id} and {@code tenant_id} and inherit the trace's.
     *
     * @param tenantId the tenant of the request; a trace without {@code tenant_id} gets this one; null accepts any tenant
     * @throws InvalidRequestException if the tree is not a trace or the trace belongs to another tenant; the message names the
     *     member and the reason
     */
    public static TraceEvent readTrace(JsonNode json, @Nullable UUID tenantId) {
        ObjectNode object = requireObject(json, "a trace");
        if (tenantId != null) {
            giveTenant(object, tenantId);
        }
        for (JsonNode span : object.path("spans")) {
            if (span instanceof ObjectNode spanObject) {
                inherit(spanObject, object, "trace_id");
                inherit(spanObject, object, "tenant_id");
            }
        }
        return read(object, TraceEvent.class);
    }

    /**
     * Reads any JSON as the plain Java values that {@link io.llmtrace.model.JsonValues} describes; the JSON {@code null} is null.
     *
     * @throws InvalidRequestException if the text is not JSON
     */
    public static @Nullable Object readValue(String json) {
        return JsonValues.copyOf(read(json, Object.class), "value");
    }

    /**
     * Reads a value of any type of the model or of {@code io.llmtrace.storage}.
     *
     * @throws InvalidRequestException if the text is not such a value; the message names the member and the reason
     */
    public static <T> T read(String json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (IOException e) {
            throw invalid(e);
        }
    }

    /**
     * Reads any value of the model or of {@code io.llmtrace.storage} from UTF-8.
     *
     * @throws InvalidRequestException naming the field and the reason
     */
    public static <T> T read(byte[] json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (IOException e) {
            throw invalid(e);
        }
    }

    /**
     * Reads any value of the model or of {@code io.llmtrace.storage} from JSON that is already parsed.
     *
     * @throws InvalidRequestException naming the field and the reason
     */
    public static <T> T read(JsonNode json, Class<T> type) {
        try {
            return MAPPER.treeToValue(json, type);
        } catch (JsonProcessingException e) {
            throw invalid(e);
        }
    }

    private static JsonNode parse(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (IOException e) {
            throw invalid(e);
        }
    }

    private static ObjectNode requireObject(JsonNode json, String what) {
        if (json instanceof ObjectNode object) {
            return object;
        }
        throw new InvalidRequestException("expected " + what + " as a JSON object, got "
                + json.getNodeType().name().toLowerCase(Locale.ROOT));
    }

    private static void giveTenant(ObjectNode object, UUID tenantId) {
        JsonNode given = object.get("tenant_id");
        if (given == null || given.isNull()) {
            object.put("tenant_id", tenantId.toString());
        } else if (!given.asText().equalsIgnoreCase(tenantId.toString())) {
            throw new InvalidRequestException("tenant_id: not the tenant of this request; leave it out");
        }
    }

    private static void inherit(ObjectNode span, ObjectNode trace, String field) {
        if (!span.hasNonNull(field) && trace.hasNonNull(field)) {
            span.set(field, trace.get(field));
        }
    }

    private static InvalidRequestException invalid(IOException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            return new InvalidRequestException(
                    pathOf(unknown.getPath()) + ": unknown field; this version does not know it and would lose it", e);
        }
        if (e instanceof JsonMappingException mapping) {
            return new InvalidRequestException(describe(mapping), e);
        }
        if (e instanceof JsonProcessingException parsing && parsing.getLocation() != null) {
            return new InvalidRequestException(
                    "not JSON at line " + parsing.getLocation().getLineNr() + ", column "
                            + parsing.getLocation().getColumnNr() + ": " + plain(parsing.getOriginalMessage()),
                    e);
        }
        return new InvalidRequestException("not JSON: " + e.getMessage(), e);
    }

    /** Removes Jackson's note that the source is not shown, but keeps line and column. */
    private static String plain(String message) {
        return message.replaceAll("\\[Source: REDACTED[^;]*; ([^]]*)]", "$1");
    }

    private static String describe(JsonMappingException e) {
        String path = pathOf(e.getPath());
        if (e.getCause() instanceof NullPointerException missing && missing.getMessage() != null) {
            String field = PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(missing.getMessage());
            return (path.isEmpty() ? field : path + "." + field) + ": missing";
        }
        String reason = e.getCause() instanceof IllegalArgumentException bad && bad.getMessage() != null
                ? bad.getMessage()
                : e.getOriginalMessage();
        return path.isEmpty() ? reason : path + ": " + reason;
    }

    private static String pathOf(List<JsonMappingException.Reference> path) {
        StringBuilder text = new StringBuilder();
        for (JsonMappingException.Reference step : path) {
            if (step.getFieldName() == null) {
                text.append('[').append(step.getIndex()).append(']');
            } else {
                text.append(text.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return text.toString();
    }

    private static ObjectMapper newMapper() {
        JsonFactory factory = JsonFactory.builder()
                // The table of interned names is the JVM's, and slow to add to: clients may send any names.
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxStringLength(MAX_STRING_CHARACTERS)
                        .maxNameLength(MAX_STRING_CHARACTERS) // the key of a tag may be as long as any text
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        return JsonMapper.builder(factory)
                .addModule(new ModelModule())
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                // A field without a value is left out, but a null inside free-form attributes is a value.
                .defaultPropertyInclusion(
                        JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .withCoercionConfig(
                        LogicalType.Textual,
                        text -> text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
                .build();
    }
}
