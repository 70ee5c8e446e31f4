package io.llmtrace.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.util.NameTransformer;
import io.llmtrace.model.SpanField;
import io.llmtrace.model.TraceSpan;
import io.llmtrace.storage.SpanDigest;
import io.llmtrace.storage.SpanOutline;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The JSON form of whole spans and of outlines: one member for each field with a value, in the order of {@link SpanField}. */
final class SpanJson {

    private SpanJson() {}

    private static <T> void write(
            SpanField<T> field, @Nullable T value, JsonGenerator generator, SerializerProvider provider)
            throws IOException {
        if (value == null) {
            return;
        }
        generator.writeFieldName(field.name());
        if (field.type().isStructure() || value instanceof Number) {
            provider.defaultSerializeValue(value, generator);
        } else {
            generator.writeString(field.type().format(value));
        }
    }

    @SuppressWarnings("unchecked") // the type is that of the field
    private static <T> T read(SpanField<T> field, JsonParser parser, DeserializationContext context)
            throws IOException {
        Class<T> javaType = field.type().javaType();
        Type type = javaType != null ? javaType : structureType(field);
        if (javaType == null || javaType == String.class || Number.class.isAssignableFrom(javaType)) {
            return (T)
                    context.findRootValueDeserializer(context.getTypeFactory().constructType(type))
                            .deserialize(parser, context);
        }
        if (!parser.hasToken(JsonToken.VALUE_STRING)) {
            return (T) context.handleUnexpectedToken(javaType, parser);
        }
        try {
            return field.type().parse(parser.getText());
        } catch (IllegalArgumentException e) {
            throw JsonMappingException.from(parser, e.getMessage(), e);
        }
    }

    /** Returns the generic type of a list or an object, which is known from the accessor of {@link TraceSpan} only. */
    private static Type structureType(SpanField<?> field) {
        try {
            return TraceSpan.class.getMethod(camelCase(field.name())).getGenericReturnType();
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("no accessor for " + field, e);
        }
    }

    private static String camelCase(String snakeCase) {
        StringBuilder camel = new StringBuilder();
        for (String word : snakeCase.split("_", -1)) {
            camel.append(camel.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return camel.toString();
    }

    /** Writes the members of an object: within braces, or without them into the enclosing object if it is unwrapped. */
    private abstract static class Writer<T> extends StdSerializer<T> {
        private static final long serialVersionUID = 1L;
        private final boolean unwrapping;

        Writer(Class<T> type, boolean unwrapping) {
            super(type);
            this.unwrapping = unwrapping;
        }

        abstract void writeMembers(T value, JsonGenerator generator, SerializerProvider provider) throws IOException;

        @Override
        public final void serialize(T value, JsonGenerator generator, SerializerProvider provider) throws IOException {
            if (!unwrapping) {
                generator.writeStartObject(value);
            }
            writeMembers(value, generator, provider);
            if (!unwrapping) {
                generator.writeEndObject();
            }
        }

        @Override
        public final boolean isUnwrappingSerializer() {
            return unwrapping;
        }
    }

    /** Reads an object: members that are named as fields become values, all others go to {@link #readOther}. */
    private abstract static class Reader<T> extends StdDeserializer<T> {
        private static final long serialVersionUID = 1L;
        private final transient Map<String, SpanField<?>> fields;

        Reader(Class<T> type, List<SpanField<?>> fields) {
            super(type);
            this.fields = fields.stream().collect(Collectors.toUnmodifiableMap(SpanField::name, field -> field));
        }

        abstract void readOther(
                String name, JsonParser parser, DeserializationContext context, Map<String, JsonNode> others)
                throws IOException;

        abstract T build(Map<SpanField<?>, Object> values, Map<String, JsonNode> others, DeserializationContext context)
                throws IOException;

        @Override
        @SuppressWarnings("unchecked")
        public final T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (!parser.isExpectedStartObjectToken()) {
                return (T) context.handleUnexpectedToken(_valueClass, parser);
            }
            Map<SpanField<?>, Object> values = new LinkedHashMap<>();
            Map<String, JsonNode> others = new LinkedHashMap<>();
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                parser.nextToken();
                SpanField<?> field = fields.get(name);
                if (field == null) {
                    readOther(name, parser, context, others);
                } else if (!parser.hasToken(JsonToken.VALUE_NULL)) {
                    values.put(field, readMember(field, parser, context));
                }
            }
            try {
                return build(values, others, context);
            } catch (IllegalArgumentException e) {
                throw JsonMappingException.from(parser, e.getMessage(), e);
            }
        }

        private Object readMember(SpanField<?> field, JsonParser parser, DeserializationContext context)
                throws IOException {
            try {
                return read(field, parser, context);
            } catch (IOException e) {
                throw JsonMappingException.wrapWithPath(e, _valueClass, field.name());
            }
        }
    }

    static final class SpanWriter extends Writer<TraceSpan> {
        private static final long serialVersionUID = 1L;

        SpanWriter() {
            this(false);
        }

        private SpanWriter(boolean unwrapping) {
            super(TraceSpan.class, unwrapping);
        }

        @Override
        void writeMembers(TraceSpan span, JsonGenerator generator, SerializerProvider provider) throws IOException {
            for (SpanField<?> field : SpanField.properties()) {
                writeField(field, span, generator, provider);
            }
        }

        private static <T> void writeField(
                SpanField<T> field, TraceSpan span, JsonGenerator generator, SerializerProvider provider)
                throws IOException {
            write(field, field.valueOf(span), generator, provider);
        }

        @Override
        public JsonSerializer<TraceSpan> unwrappingSerializer(NameTransformer unwrapper) {
            return new SpanWriter(true);
        }
    }

    static final class SpanReader extends Reader<TraceSpan> {
        private static final long serialVersionUID = 1L;

        SpanReader() {
            super(TraceSpan.class, SpanField.properties());
        }

        @Override
        void readOther(String name, JsonParser parser, DeserializationContext context, Map<String, JsonNode> others)
                throws IOException {
            context.handleUnknownProperty(parser, this, TraceSpan.class, name);
        }

        @Override
        TraceSpan build(Map<SpanField<?>, Object> values, Map<String, JsonNode> others, DeserializationContext context)
                throws IOException {
            TraceSpan.Builder span = TraceSpan.builder(
                    required(SpanField.TENANT_ID, values, context),
                    required(SpanField.TRACE_ID, values, context),
                    required(SpanField.SPAN_ID, values, context),
                    required(SpanField.OPERATION_NAME, values, context),
                    required(SpanField.START_TIME, values, context));
            values.forEach((field, value) -> set(field, span, value));
            return span.build();
        }

        @SuppressWarnings("unchecked") // each value is of its field's type
        private static <T> T required(
                SpanField<T> field, Map<SpanField<?>, Object> values, DeserializationContext context)
                throws JsonMappingException {
            Object value = values.get(field);
            if (value == null) {
                throw JsonMappingException.wrapWithPath(
                        JsonMappingException.from(context.getParser(), "missing"), TraceSpan.class, field.name());
            }
            return (T) value;
        }

        @SuppressWarnings("unchecked") // each value is of its field's type
        private static <T> void set(SpanField<T> field, TraceSpan.Builder span, Object value) {
            field.set(span, (T) value);
        }
    }

    static final class OutlineWriter extends Writer<SpanOutline> {
        private static final long serialVersionUID = 1L;

        OutlineWriter() {
            super(SpanOutline.class, false);
        }

        @Override
        void writeMembers(SpanOutline outline, JsonGenerator generator, SerializerProvider provider)
                throws IOException {
            for (SpanField<?> field : SpanOutline.fields()) {
                writeField(field, outline, generator, provider);
            }
            provider.findValueSerializer(outline.digest().getClass())
                    .unwrappingSerializer(NameTransformer.NOP)
                    .serialize(outline.digest(), generator, provider);
        }

        private static <T> void writeField(
                SpanField<T> field, SpanOutline outline, JsonGenerator generator, SerializerProvider provider)
                throws IOException {
            write(field, outline.value(field), generator, provider);
        }
    }

    static final class OutlineReader extends Reader<SpanOutline> {
        private static final long serialVersionUID = 1L;

        OutlineReader() {
            super(SpanOutline.class, SpanOutline.fields());
        }

        @Override
        void readOther(String name, JsonParser parser, DeserializationContext context, Map<String, JsonNode> others)
                throws IOException {
            others.put(name, context.readTree(parser));
        }

        @Override
        SpanOutline build(
                Map<SpanField<?>, Object> values, Map<String, JsonNode> others, DeserializationContext context)
                throws IOException {
            ObjectNode digest = context.getNodeFactory().objectNode();
            digest.setAll(others);
            return SpanOutline.of(values, context.readTreeAsValue(digest, SpanDigest.class));
        }
    }
}
