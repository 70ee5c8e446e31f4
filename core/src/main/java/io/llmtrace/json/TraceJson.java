package io.llmtrace.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
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
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of the model: snake_case names as in the vocabulary, RFC 3339 times in UTC with up to nine fractional
 * digits, fields without a value left out. Reading is exact or fails: an unknown field, a field given twice, a number in
 * quotes, a number where text belongs and a fraction where a whole number belongs are refused, and the message names the
 * place.
 */
public final class TraceJson {

    /** UTF-16 characters of one string: room for 16 MiB of UTF-8 of whatever script. */
    private static final int MAX_STRING_CHARACTERS = (16 << 20) + 1;

    private static final ObjectMapper MAPPER = newMapper();

    private TraceJson() {}

    /** A mapper with these rules, for answers that hold model values. */
    public static ObjectMapper mapper() {
        return MAPPER.copy();
    }

    /** One line, without line breaks. Takes any value of the model or of {@code io.llmtrace.storage}. */
    public static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not writable as JSON: " + value, e);
        }
    }

    /** As {@link #write}, in UTF-8. */
    public static byte[] writeBytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not writable as JSON: " + value, e);
        }
    }

    /** @throws InvalidRequestException if the text is not JSON; the message has line and column */
    public static JsonNode readTree(byte[] json) {
        try {
            return MAPPER.readTree(json);
        } catch (IOException e) {
            throw invalid(e);
        }
    }

    /** @throws InvalidRequestException naming the field and the reason */
    public static TraceSpan readSpan(String json) {
        return read(json, TraceSpan.class);
    }

    /** @throws InvalidRequestException naming the field and the reason */
    public static TraceEvent readTrace(String json) {
        return readTrace(parse(json), null);
    }

    /**
     * @param tenantId whose span it must be; a span that does not say gets it
     * @throws InvalidRequestException naming the field and the reason, also for a span of another tenant
     */
    public static TraceSpan readSpan(JsonNode json, UUID tenantId) {
        ObjectNode object = requireObject(json, "a span");
        giveTenant(object, tenantId);
        return convert(object, TraceSpan.class);
    }

    /**
     * Spans inside may leave out {@code trace_id} and {@code tenant_id}: they are the trace's.
     *
     * @param tenantId whose trace it must be; a trace that does not say gets it; null to take any
     * @throws InvalidRequestException naming the field and the reason, also for a trace of another tenant
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
        return convert(object, TraceEvent.class);
    }

    /** Any JSON as the plain values of {@link io.llmtrace.model.JsonValues}. */
    public static @Nullable Object readValue(String json) {
        return JsonValues.copyOf(read(json, Object.class), "value");
    }

    /**
     * Any record of the model or of {@code io.llmtrace.storage}.
     *
     * @throws InvalidRequestException naming the field and the reason
     */
    public static <T> T read(String json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (IOException e) {
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

    private static <T> T convert(JsonNode json, Class<T> type) {
        try {
            return MAPPER.treeToValue(json, type);
        } catch (JsonProcessingException e) {
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

    /** Without Jackson's word on why it does not name the source. */
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
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxStringLength(MAX_STRING_CHARACTERS)
                        .maxNameLength(MAX_STRING_CHARACTERS) // a key of a tag is a text field like any other
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        return JsonMapper.builder(factory)
                .addModule(new ModelModule())
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                // Fields without a value are left out, but a null inside free-form attributes is a value.
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
