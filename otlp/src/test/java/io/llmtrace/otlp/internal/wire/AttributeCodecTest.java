package io.llmtrace.otlp.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.JsonValues;
import io.llmtrace.otlp.Fixtures;
import io.llmtrace.otlp.RandomRequests;
import io.llmtrace.testkit.Seeds;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests that every value is restored exactly, even after it was written as JSON text. */
class AttributeCodecTest {

    @Test
    void decode_ofEncoded_isTheValue() {
        Seeds.run(10_000, seed -> {
            AnyValue value = new RandomRequests(seed).value();
            Object json = AttributeCodec.encode(value);
            Object stored = json == null ? null : TraceJson.readValue(TraceJson.write(json));

            assertThat(AttributeCodec.decode(json)).isEqualTo(value);
            assertThat(AttributeCodec.decode(asLongs(stored))).isEqualTo(value);
        });
    }

    @Test
    void encode_keepsTypesApart() {
        assertThat(AttributeCodec.encode(AnyValue.newBuilder().setIntValue(1).build()))
                .isEqualTo(1L);
        assertThat(AttributeCodec.encode(AnyValue.newBuilder().setDoubleValue(1).build()))
                .isEqualTo(1.0);
        assertThat(AttributeCodec.encode(
                        AnyValue.newBuilder().setDoubleValue(Double.NaN).build()))
                .isEqualTo(Map.of("doubleValue", "NaN"));
        assertThat(AttributeCodec.encode(AnyValue.newBuilder()
                        .setBytesValue(ByteString.copyFrom(new byte[] {1, -1}))
                        .build()))
                .isEqualTo(Map.of("bytesValue", "Af8="));
        assertThat(AttributeCodec.encode(AnyValue.getDefaultInstance())).isNull();
    }

    @Test
    void encode_kvlistThatLooksLikeATag_isWrapped() {
        AnyValue value = AnyValue.newBuilder()
                .setKvlistValue(KeyValueList.newBuilder().addValues(Fixtures.attribute("$ref", "prompt")))
                .build();

        assertThat(AttributeCodec.encode(value))
                .isEqualTo(Map.of("kvlistValue", List.of(Map.of("key", "$ref", "value", "prompt"))));
    }

    @Test
    void encode_textOfThePrompt_isAReferenceOnlyWhenLong() {
        String longText = "x".repeat(257);
        AnyValue value = AnyValue.newBuilder().setStringValue(longText).build();

        assertThat(AttributeCodec.encode(value, longText, null)).isEqualTo(Map.of("$ref", "prompt"));
        assertThat(AttributeCodec.encode(value, null, longText)).isEqualTo(Map.of("$ref", "response"));
        assertThat(AttributeCodec.decode(Map.of("$ref", "prompt"), longText, null))
                .isEqualTo(value);
        assertThat(AttributeCodec.encode(Fixtures.any("short"), "short", null)).isEqualTo("short");
    }

    /** Widens integers, as the model does with values from a store. */
    private static Object asLongs(Object json) {
        return JsonValues.copyOf(Arrays.asList(json), "test") instanceof List<?> list ? list.get(0) : null;
    }
}
