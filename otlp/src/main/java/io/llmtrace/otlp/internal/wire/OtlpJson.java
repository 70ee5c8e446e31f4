package io.llmtrace.otlp.internal.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.llmtrace.json.ValidText;
import java.io.IOException;
import java.io.Reader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A reader of OTLP's JSON form that fills protobuf builders directly. It is protobuf's JSON with three differences that make
 * protobuf's own reader unusable: ids are hex instead of base64, enums are numbers, and unknown fields are ignored. Since some exporters
 * use protobuf's own writer, ids in base64 and names of enums are read as well, as are booleans that are texts, and the names that fields
 * had before OTLP 0.15 ({@link RequestShape}).
 *
 * <p>Text that is not valid Unicode is read with U+FFFD in the place of what is wrong. A value that cannot be read makes its record
 * unreadable, or the records of the part whose resource or scope it is in, and the others are read.
 */
public final class OtlpJson {

    /** The depth at which protobuf's own reader stops, too. */
    private static final int MAX_MESSAGE_DEPTH = 100;

    /** Deep enough for a record of {@link #MAX_MESSAGE_DEPTH}, and for some that are deeper to be passed by. */
    private static final int MAX_JSON_DEPTH = 10_000;

    /** The most characters of a number; parsing more digits takes quadratic time. */
    private static final int MAX_NUMBER_CHARACTERS = 1000;

    private static final Set<String> ID_FIELDS = Set.of("trace_id", "span_id", "parent_span_id");

    // The limit on the body's size already bounds a string. A span whose text is too long is rejected later, so that
    // the other spans of the request are still stored.
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // JVM-wide, and slow to add to: clients may send any names
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNestingDepth(MAX_JSON_DEPTH)
                    .build())
            .build();

    private static final Pattern UNDERSCORE = Pattern.compile("_(.)");

    private static final Map<Descriptor, Fields> FIELDS = new ConcurrentHashMap<>();

    private final JsonParser parser;
    private final UnreadableRecords unreadable;
    private int depth;

    private OtlpJson(JsonParser parser, UnreadableRecords unreadable) {
        this.parser = parser;
        this.unreadable = unreadable;
    }

    /**
     * Reads a whole body into a builder. In the place of records that cannot be read, the builder gets empty ones.
     *
     * @param unreadable gets the records that cannot be read
     * @throws MalformedJsonException with path, line and column, if the body is not JSON, or not a request
     */
    public static void read(byte[] json, Message.Builder into, UnreadableRecords unreadable)
            throws MalformedJsonException {
        byte[] whole = ValidText.withoutHalves(json);
        Optional<Reader> reader = ValidText.reader(whole);
        if (whole != json || reader.isPresent()) {
            unreadable.replacedText();
        }
        try (JsonParser parser = reader.isEmpty() ? JSON.createParser(whole) : JSON.createParser(reader.get())) {
            new OtlpJson(parser, unreadable).readWhole(into);
        } catch (MalformedJsonException e) {
            throw e;
        } catch (IOException e) {
            throw new MalformedJsonException("not JSON: " + e.getMessage(), e);
        }
    }

    private void readWhole(Message.Builder into) throws IOException {
        try {
            parser.nextToken();
            String failure = readMessage(into);
            if (failure != null) {
                throw new MalformedJsonException(failure, null);
            }
            if (parser.nextToken() != null) {
                throw malformed("something follows the end of the request");
            }
        } catch (JsonProcessingException e) {
            // The exception for an exceeded limit of the parser has no location.
            JsonLocation location = e.getLocation() == null ? parser.currentLocation() : e.getLocation();
            throw new MalformedJsonException(
                    "not JSON at line " + location.getLineNr() + ", column " + location.getColumnNr() + ": "
                            + plain(e.getOriginalMessage()),
                    e);
        }
    }

    /**
     * Reads an object. Of a part that holds records, such as those of a scope, all is read even if the resource or the scope cannot be,
     * since the number of its records must be known.
     *
     * @return why such a part cannot be read; null if it can
     * @throws MalformedJsonException if another message cannot be read
     */
    private @Nullable String readMessage(Message.Builder into) throws IOException {
        if (!parser.hasToken(JsonToken.START_OBJECT)) {
            throw expected("an object");
        }
        if (++depth > MAX_MESSAGE_DEPTH) {
            throw malformed("nested deeper than " + MAX_MESSAGE_DEPTH + " messages");
        }
        int ownDepth = depth;
        JsonStreamContext object = parser.getParsingContext();
        Fields fields = fieldsOf(into.getDescriptorForType());
        String failure = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            FieldDescriptor field = fields.byName.get(parser.currentName());
            parser.nextToken();
            // After a failure, only the number of records matters.
            if (field == null || (failure != null && !isArrayOfParts(field))) {
                parser.skipChildren();
            } else if (!parser.hasToken(JsonToken.VALUE_NULL)) {
                try {
                    readField(field, into);
                } catch (MalformedJsonException e) {
                    if (!fields.holdRecords) {
                        throw e;
                    }
                    failure = failure == null ? String.valueOf(e.getMessage()) : failure;
                    depth = ownDepth;
                    skipTo(object);
                }
            }
        }
        depth--;
        return failure;
    }

    private boolean isArrayOfParts(FieldDescriptor field) {
        return RequestShape.isPart(field) && parser.hasToken(JsonToken.START_ARRAY);
    }

    /** Reads the records, or the parts that hold records, in an array, each on its own. */
    private void readParts(FieldDescriptor field, Message.Builder into) throws IOException {
        JsonStreamContext array = parser.getParsingContext();
        boolean areRecords = RequestShape.partsOf(field.getMessageType()) == null;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            Message.Builder part = into.newBuilderForField(field);
            int first = unreadable.records();
            int outerDepth = depth;
            String failure;
            try {
                failure = parser.hasToken(JsonToken.VALUE_NULL) ? null : readMessage(part);
            } catch (MalformedJsonException e) {
                failure = String.valueOf(e.getMessage());
                depth = outerDepth;
                skipTo(array);
            }
            if (failure != null) {
                into.addRepeatedField(field, RequestShape.empty(part.clear(), unreadable.addSince(first, failure)));
                continue;
            }
            if (areRecords) {
                unreadable.addReadable();
            }
            into.addRepeatedField(field, part.build());
        }
    }

    /** Skips the rest of a value that cannot be read, up to the end of its part in the array or object around it. */
    private void skipTo(JsonStreamContext around) throws IOException {
        while (parser.getParsingContext() != around) {
            if (parser.nextToken() == null) {
                throw expected("the end of a value");
            }
        }
    }

    private void readField(FieldDescriptor field, Message.Builder into) throws IOException {
        if (!field.isRepeated()) {
            into.setField(field, readValue(field, into));
            return;
        }
        if (!parser.hasToken(JsonToken.START_ARRAY)) {
            throw expected("an array");
        }
        if (RequestShape.isPart(field)) {
            readParts(field, into);
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            into.addRepeatedField(field, readValue(field, into));
        }
    }

    private Object readValue(FieldDescriptor field, Message.Builder parent) throws IOException {
        return switch (field.getJavaType()) {
            case MESSAGE -> {
                Message.Builder builder = parent.newBuilderForField(field);
                // A null in an array of messages is an empty message; elsewhere it was skipped before.
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
            case BYTE_STRING -> ID_FIELDS.contains(field.getName()) ? readId() : base64(readString("base64"));
        };
    }

    private String readString(String what) throws IOException {
        if (!parser.hasToken(JsonToken.VALUE_STRING)) {
            throw expected(what);
        }
        return parser.getText();
    }

    private boolean readBoolean() throws IOException {
        if (parser.currentToken().isBoolean()) {
            return parser.getBooleanValue();
        }
        String text = parser.hasToken(JsonToken.VALUE_STRING) ? parser.getText().toLowerCase(Locale.ROOT) : "";
        if (text.equals("true") || text.equals("false")) {
            return text.equals("true");
        }
        throw expected("true or false");
    }

    private double readDouble() throws IOException {
        if (!parser.currentToken().isNumeric() && !parser.hasToken(JsonToken.VALUE_STRING)) {
            throw expected("a number");
        }
        String text = numberText();
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

    private String numberText() throws IOException {
        String text = parser.getText();
        if (text.length() > MAX_NUMBER_CHARACTERS) {
            throw malformed("number of more than " + MAX_NUMBER_CHARACTERS + " characters");
        }
        return text;
    }

    private BigInteger readInteger(FieldDescriptor field) throws IOException {
        if (!parser.currentToken().isNumeric() && !parser.hasToken(JsonToken.VALUE_STRING)) {
            throw expected("a whole number");
        }
        BigInteger value = wholeNumber(numberText());
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

    /** Parses a whole number, also in the form {@code 1.5e3}, which some writers use for large numbers. */
    private BigInteger wholeNumber(String text) throws IOException {
        try {
            BigDecimal value = new BigDecimal(text);
            // Converting 1e999999999 exactly would exhaust the memory.
            if (value.scale() > -20 && value.scale() < 1000) {
                return value.toBigIntegerExact();
            }
        } catch (ArithmeticException | NumberFormatException e) {
            throw expected("a whole number");
        }
        throw malformed("number out of range");
    }

    /** Reads a number, also as text, or a name in any case, also without the prefix that all names of the type have. */
    private EnumValueDescriptor readEnum(FieldDescriptor field) throws IOException {
        EnumDescriptor type = field.getEnumType();
        if (parser.hasToken(JsonToken.VALUE_STRING) && !startsWithDigit(parser.getText())) {
            String name = parser.getText().toUpperCase(Locale.ROOT);
            EnumValueDescriptor named = type.findValueByName(name);
            named = named == null ? type.findValueByName(prefixOf(type) + name) : named;
            if (named != null) {
                return named;
            }
            throw malformed("not a " + type.getName());
        }
        return type.findValueByNumberCreatingIfUnknown(readInteger(field).intValue());
    }

    private static boolean startsWithDigit(String text) {
        return !text.isEmpty() && text.charAt(0) >= '0' && text.charAt(0) <= '9';
    }

    /** Returns {@code SPAN_KIND_} for the type whose first name is {@code SPAN_KIND_UNSPECIFIED}. */
    private static String prefixOf(EnumDescriptor type) {
        String first = type.getValues().get(0).getName();
        return first.substring(0, first.lastIndexOf('_') + 1);
    }

    private ByteString readId() throws IOException {
        String text = readString("hex digits");
        if (text.endsWith("=")) { // as in the base64 of 8 and of 16 bytes
            return base64(text);
        }
        try {
            return ByteString.copyFrom(HexFormat.of().parseHex(text));
        } catch (IllegalArgumentException e) {
            throw expected("an even number of hex digits");
        }
    }

    private ByteString base64(String text) throws IOException {
        try {
            return ByteString.copyFrom(
                    Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/')));
        } catch (IllegalArgumentException e) {
            throw expected("base64");
        }
    }

    private static Fields fieldsOf(Descriptor message) {
        return FIELDS.computeIfAbsent(message, m -> {
            Map<String, FieldDescriptor> byName = new HashMap<>();
            for (FieldDescriptor field : m.getFields()) {
                byName.put(field.getName(), field);
                byName.put(field.getJsonName(), field);
            }
            for (FieldDescriptor field : m.getFields()) {
                String former = RequestShape.formerNameOf(field);
                if (former != null) {
                    byName.put(former, field);
                    byName.put(camelCase(former), field);
                }
            }
            return new Fields(byName, RequestShape.partsOf(m) != null);
        });
    }

    private static String camelCase(String name) {
        return UNDERSCORE.matcher(name).replaceAll(match -> match.group(1).toUpperCase(Locale.ROOT));
    }

    private MalformedJsonException expected(String what) {
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

    private MalformedJsonException malformed(String reason) {
        String path = parser.getParsingContext().pathAsPointer().toString();
        return new MalformedJsonException(
                "at " + (path.isEmpty() ? "the top" : path) + " (line "
                        + parser.currentTokenLocation().getLineNr() + ", column "
                        + parser.currentTokenLocation().getColumnNr() + "): " + reason,
                null);
    }

    /** Returns the first line of Jackson's message, without its explanation of why it does not name the source. */
    private static String plain(String message) {
        int end = message.indexOf('\n');
        return (end < 0 ? message : message.substring(0, end)).replaceAll("\\[Source: REDACTED[^;]*; ([^]]*)]", "$1");
    }

    /**
     * The fields of a type of message.
     *
     * @param holdRecords whether one of them has records, or parts that hold them
     */
    private record Fields(Map<String, FieldDescriptor> byName, boolean holdRecords) {}
}
