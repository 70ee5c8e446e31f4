package io.llmtrace.otlp;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Random requests of one span with random values for everything that a span can have. Keys are drawn from a small set, so that
 * they repeat and the mapping knows them; numbers are often at the ends of their range. Equal seeds give equal requests.
 */
public final class RandomRequests {

    /** The tags of the codec, and ordinary keys. */
    private static final List<String> MAP_KEYS = List.of(
            "", "a", "b", "key", "value", "$ref", "bytesValue", "doubleValue", "kvlistValue", "stringValueStrindex");

    /** Values that occur under those keys. */
    private static final List<String> MAP_TEXTS = List.of("NaN", "-Infinity", "Af8=", "prompt", "response", "");

    /** Keys of conventions, and reserved ones. */
    private static final List<String> ATTRIBUTE_KEYS = List.of(
            "gen_ai.operation.name",
            "gen_ai.input.messages",
            "gen_ai.output.messages",
            "gen_ai.usage.input_tokens",
            "input.value",
            "service.name",
            "session.id",
            "metadata",
            "error.type",
            "otel.span",
            "otel.resource",
            "kvlistValue",
            "a");

    private static final List<Long> LONGS =
            List.of(0L, 1L, -1L, 1L << 53, (1L << 53) + 1, Long.MAX_VALUE, Long.MIN_VALUE, (long) Integer.MIN_VALUE);
    private static final List<Double> DOUBLES = List.of(
            0.0,
            -0.0,
            1.0,
            0.1,
            1e16,
            Double.MIN_VALUE,
            Double.MAX_VALUE,
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY);
    private static final List<Integer> COUNTS = List.of(0, 1, -1);
    private static final List<Integer> PLANES = List.of(128, Character.MAX_VALUE + 1, Character.MAX_CODE_POINT + 1);

    private final Random random;

    public RandomRequests(long seed) {
        random = new Random(seed);
    }

    public ExportTraceServiceRequest request() {
        Resource resource = Resource.newBuilder()
                .addAllAttributes(attributes())
                .setDroppedAttributesCount(count())
                .build();
        InstrumentationScope scope = InstrumentationScope.newBuilder()
                .setName(name())
                .setVersion(name())
                .addAllAttributes(attributes())
                .setDroppedAttributesCount(count())
                .build();
        ScopeSpans.Builder spans =
                ScopeSpans.newBuilder().setScope(scope).setSchemaUrl(name()).addSpans(span());
        return ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder()
                        .setResource(resource)
                        .setSchemaUrl(name())
                        .addScopeSpans(spans))
                .build();
    }

    public AnyValue value() {
        AnyValue.Builder value = AnyValue.newBuilder();
        return switch (random.nextInt(8)) {
            case 0 -> value.setStringValue(text()).build();
            case 1 -> value.setBoolValue(random.nextBoolean()).build();
            case 2 -> value.setIntValue(number()).build();
            case 3 -> value.setDoubleValue(fraction()).build();
            case 4 -> value.setBytesValue(bytes()).build();
            case 5 ->
                value.setArrayValue(ArrayValue.newBuilder().addAllValues(some(3, this::value)))
                        .build();
            case 6 ->
                value.setKvlistValue(KeyValueList.newBuilder().addAllValues(some(3, () -> entry(oneOf(MAP_KEYS)))))
                        .build();
            default -> value.build();
        };
    }

    private Span span() {
        long id = Math.max(1, positive());
        return Fixtures.span()
                .setSpanId(bytes(id))
                .setParentSpanId(id % 3 == 0 ? Fixtures.hex("ab01") : bytes(id + 1))
                .setStartTimeUnixNano(positive())
                .setEndTimeUnixNano(positive())
                .setKindValue(random.nextInt(7))
                .setFlags(count())
                .setTraceState(name())
                .setStatus(Status.newBuilder().setCodeValue(random.nextInt(4)).setMessage(name()))
                .addAllAttributes(attributes())
                .setDroppedAttributesCount(count())
                .addAllEvents(some(3, this::event))
                .setDroppedEventsCount(count())
                .addAllLinks(some(2, this::link))
                .setDroppedLinksCount(count())
                .build();
    }

    private Span.Event event() {
        return Span.Event.newBuilder()
                .setName(name())
                .setTimeUnixNano(number())
                .addAllAttributes(attributes())
                .setDroppedAttributesCount(count())
                .build();
    }

    private Span.Link link() {
        return Span.Link.newBuilder()
                .setTraceId(bytes(number(), number()))
                .setSpanId(bytes(number()))
                .setTraceState(name())
                .addAllAttributes(attributes())
                .setDroppedAttributesCount(count())
                .setFlags(count())
                .build();
    }

    private List<KeyValue> attributes() {
        return some(4, () -> entry(random.nextBoolean() ? oneOf(ATTRIBUTE_KEYS) : name()));
    }

    private KeyValue entry(String key) {
        return KeyValue.newBuilder().setKey(key).setValue(value()).build();
    }

    /** Returns a known text, or up to five characters: ASCII with control characters, the basic plane, or all of Unicode. */
    private String text() {
        if (random.nextInt(3) == 0) {
            return oneOf(MAP_TEXTS);
        }
        int end = oneOf(PLANES);
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            int character = random.nextInt(end);
            boolean half = character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE;
            text.appendCodePoint(half ? Character.MAX_SURROGATE + 1 : character);
        }
        return text.toString();
    }

    /** Returns up to three letters, so that some names are equal. */
    private String name() {
        return String.join("", some(3, () -> String.valueOf((char) ('a' + random.nextInt(26)))));
    }

    private long number() {
        return random.nextInt(3) == 0 ? oneOf(LONGS) : random.nextLong() >> random.nextInt(Long.SIZE);
    }

    private long positive() {
        return number() & Long.MAX_VALUE;
    }

    private double fraction() {
        return random.nextBoolean() ? oneOf(DOUBLES) : Double.longBitsToDouble(random.nextLong());
    }

    /** Returns a number of 32 bits; the last candidate has all bits set. */
    private int count() {
        return oneOf(COUNTS);
    }

    private ByteString bytes() {
        byte[] bytes = new byte[random.nextInt(5)];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    private static ByteString bytes(long... words) {
        ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES * words.length);
        for (long word : words) {
            buffer.putLong(word);
        }
        return ByteString.copyFrom(buffer.array());
    }

    private <T> T oneOf(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private <T> List<T> some(int atMost, Supplier<T> value) {
        List<T> values = new ArrayList<>();
        for (int i = random.nextInt(atMost + 1); i > 0; i--) {
            values.add(value.get());
        }
        return values;
    }
}
