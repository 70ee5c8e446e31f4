package io.llmtrace.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * OTLP's JSON form, read straight into protobuf builders. It is protobuf's JSON with three differences that make protobuf's
 * own reader unusable: ids are hex instead of base64, enums are numbers, and unknown fields are passed over.
 */
final class OtlpJson {

    /** As deep as protobuf's own reader goes. */
    private static final int MAX_MESSAGE_DEPTH = 100;

    private static final Set<String> HEX_FIELDS = Set.of("trace_id", "span_id", "parent_span_id");

    // The size of the body bounds the size of a string; a span whose text is too long is rejected on its own, later.
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private static final Map<Descriptor, Map<String, FieldDescriptor>> FIELDS = new ConcurrentHashMap<>();

    private final JsonParser parser;
    private int depth;

    private OtlpJson(JsonParser parser) {
        this.parser = parser;
    }

    /** @throws MalformedRequestException with path, line and column */
    static void read(byte[] json, Message.Builder into) {
        try (JsonParser parser = JSON.createParser(json)) {
            new OtlpJson(parser).readWhole(into);
        } catch (IOException e) {
            throw new MalformedRequestException("not JSON: " + e.getMessage(), e);
        }
    }

    private void readWhole(Message.Builder into) throws IOException {
        try {
            parser.nextToken();
            readMessage(into);
            if (parser.nextToken() != null) {
                throw malformed("something follows the end of the request");
            }
        } catch (JsonProcessingException e) {
            // A limit of the parser has no location of its own.
            JsonLocation place = e.getLocation() == null ? parser.currentLocation() : e.getLocation();
            throw new MalformedRequestException(
                    "not JSON at line " + place.getLineNr() + ", column " + place.getColumnNr() + ": "
                            + plain(e.getOriginalMessage()),
                    e);
        }
    }

    private void readMessage(Message.Builder into) throws IOException {
        if (!parser.hasToken(JsonToken.START_OBJECT)) {
            throw expected("an object");
        }
        if (++depth > MAX_MESSAGE_DEPTH) {
            throw malformed("nested deeper than " + MAX_MESSAGE_DEPTH + " messages");
        }
        Map<String, FieldDescriptor> fields = fieldsOf(into.getDescriptorForType());
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            FieldDescriptor field = fields.get(parser.currentName());
            parser.nextToken();
            if (field == null) {
                parser.skipChildren();
            } else if (!parser.hasToken(JsonToken.VALUE_NULL)) {
                readField(field, into);
            }
        }
        depth--;
    }

    private void readField(FieldDescriptor field, Message.Builder into) throws IOException {
        if (!field.isRepeated()) {
            into.setField(field, readValue(field, into));
            return;
        }
        if (!parser.hasToken(JsonToken.START_ARRAY)) {
            throw expected("an array");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            into.addRepeatedField(field, readValue(field, into));
        }
    }

    private Object readValue(FieldDescriptor field, Message.Builder parent) throws IOException {
        return switch (field.getJavaType()) {
            case MESSAGE -> {
                Message.Builder builder = parent.newBuilderForField(field);
                // In an array of values, null is the empty value.
                if (!parser.hasToken(JsonToken.VALUE_NULL)) {
                    readMessage(builder);
                }
                yield builder.build();
            }
            case STRING -> readString("a string");
            case BOOLEAN -> readBoolean();
            case INT -> readInteger(field).intValue();
            case LONG -> readInteger(field).longValue();
            case DOUBLE -> readDouble();
            case FLOAT -> (float) readDouble();
            case ENUM -> readEnum(field);
            case BYTE_STRING -> HEX_FIELDS.contains(field.getName()) ? readHex() : readBase64();
        };
    }

    private String readString(String what) throws IOException {
        if (!parser.hasToken(JsonToken.VALUE_STRING)) {
            throw expected(what);
        }
        return parser.getText();
    }

    private boolean readBoolean() throws IOException {
        if (!parser.currentToken().isBoolean()) {
            throw expected("true or false");
        }
        return parser.getBooleanValue();
    }

    private double readDouble() throws IOException {
        if (!parser.currentToken().isNumeric() && !parser.hasToken(JsonToken.VALUE_STRING)) {
            throw expected("a number");
        }
        String text = parser.getText();
        if (text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity")) {
            return Double.parseDouble(text);
        }
        try {
            double value = Double.parseDouble(text);
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw expected("a number");
        }
        throw malformed("number beyond 64-bit floating point");
    }

    private BigInteger readInteger(FieldDescriptor field) throws IOException {
        if (!parser.currentToken().isNumeric() && !parser.hasToken(JsonToken.VALUE_STRING)) {
            throw expected("a whole number");
        }
        BigInteger value = wholeNumber(parser.getText());
        boolean fits = switch (field.getType()) {
            case UINT64, FIXED64 -> value.signum() >= 0 && value.bitLength() <= 64;
            case UINT32, FIXED32 -> value.signum() >= 0 && value.bitLength() <= 32;
            case INT32, SINT32, SFIXED32 -> value.bitLength() < 32;
            default -> value.bitLength() < 64;
        };
        if (!fits) {
            throw malformed(
                    "number out of the range of " + field.getType().name().toLowerCase(Locale.ROOT));
        }
        return value;
    }

    /** Also {@code 1.5e3}: some writers print large numbers so. */
    private BigInteger wholeNumber(String text) {
        try {
            BigDecimal value = new BigDecimal(text);
            // The exact conversion of 1e999999999 would fill the memory.
            if (value.scale() > -20 && value.scale() < 1000) {
                return value.toBigIntegerExact();
            }
        } catch (ArithmeticException | NumberFormatException e) {
            throw expected("a whole number");
        }
        throw malformed("number out of range");
    }

    private EnumValueDescriptor readEnum(FieldDescriptor field) throws IOException {
        if (parser.hasToken(JsonToken.VALUE_STRING)) {
            EnumValueDescriptor named = field.getEnumType().findValueByName(parser.getText());
            if (named != null) {
                return named;
            }
            throw malformed("not a " + field.getEnumType().getName());
        }
        return field.getEnumType()
                .findValueByNumberCreatingIfUnknown(readInteger(field).intValue());
    }

    private ByteString readHex() throws IOException {
        try {
            return ByteString.copyFrom(HexFormat.of().parseHex(readString("hex digits")));
        } catch (IllegalArgumentException e) {
            throw expected("an even number of hex digits");
        }
    }

    private ByteString readBase64() throws IOException {
        String text = readString("base64").replace('-', '+').replace('_', '/');
        try {
            return ByteString.copyFrom(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            throw expected("base64");
        }
    }

    private static Map<String, FieldDescriptor> fieldsOf(Descriptor message) {
        return FIELDS.computeIfAbsent(message, m -> {
            Map<String, FieldDescriptor> fields = new HashMap<>();
            for (FieldDescriptor field : m.getFields()) {
                fields.put(field.getName(), field);
                fields.put(field.getJsonName(), field);
            }
            return fields;
        });
    }

    private MalformedRequestException expected(String what) {
        JsonToken token = parser.currentToken();
        return malformed("expected " + what + ", got " + (token == null ? "the end" : describe(token)));
    }

    private static String describe(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "another string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            case VALUE_NULL -> "null";
            default -> "the end";
        };
    }

    private MalformedRequestException malformed(String reason) {
        String path = parser.getParsingContext().pathAsPointer().toString();
        return new MalformedRequestException(
                "at " + (path.isEmpty() ? "the top" : path) + " (line "
                        + parser.currentTokenLocation().getLineNr() + ", column "
                        + parser.currentTokenLocation().getColumnNr() + "): " + reason,
                null);
    }

    /** The first line, without Jackson's word on why it does not name the source. */
    private static String plain(String message) {
        int end = message.indexOf('\n');
        return (end < 0 ? message : message.substring(0, end)).replaceAll("\\[Source: REDACTED[^;]*; ([^]]*)]", "$1");
    }
}
