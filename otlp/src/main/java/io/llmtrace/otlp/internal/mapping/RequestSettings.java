package io.llmtrace.otlp.internal.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.otlp.internal.wire.AttributeCodec;
import io.llmtrace.otlp.internal.wire.Decode;
import io.llmtrace.otlp.internal.wire.Json;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings of a request, such as temperature, in one form: each by its common name, numbers as numbers, and stop
 * sequences as a list.
 */
public final class RequestSettings {

    private static final Set<String> NUMBERS = Set.of(
            "temperature",
            "top_p",
            "top_k",
            "max_tokens",
            "frequency_penalty",
            "presence_penalty",
            "seed",
            "n",
            "max_retries");

    private static final String STOP = "stop";
    private static final String STREAM = "stream";

    /** Longer values are content rather than settings. They remain attributes of the span. */
    private static final int MAX_CHARACTERS = 4_000;

    /** Reads an object, the attributes below a prefix, or one attribute, by the names that they have there. */
    static final FieldSource.Reader<Map<String, AnyValue>> READER = (span, path) -> {
        Map<String, AnyValue> settings = new LinkedHashMap<>();
        if (path instanceof AttributePath.Below below) {
            settings.putAll(below.values(span));
        } else if (path instanceof AttributePath.SingleValue single) {
            AnyValue value = single.value(span);
            JsonNode tree = Json.tree(Decode.text(value));
            if (tree != null && tree.isObject()) {
                tree.properties()
                        .forEach(entry -> putIfPresent(settings, entry.getKey(), Decode.valueOf(entry.getValue())));
            } else if (path instanceof AttributePath.Attribute attribute) {
                String key = attribute.key();
                putIfPresent(settings, key.substring(key.lastIndexOf('.') + 1), value);
            }
        }
        return settings.isEmpty() ? null : settings;
    };

    private RequestSettings() {}

    /** Returns the settings in the order of the mapping table, as typed JSON; possibly none. */
    public static Map<String, @Nullable Object> of(OtlpSpan span) {
        Names names = Names.BUILT_IN;
        Map<String, @Nullable Object> settings = new LinkedHashMap<>();
        span.all(MappingTable.get().requestSettings())
                .forEach(source -> source.value().forEach((sent, value) -> {
                    String name = names.common.getOrDefault(sent, sent);
                    if (!names.excluded.contains(sent) && !settings.containsKey(name)) {
                        Object json = json(name, value);
                        if (json != null) {
                            settings.put(name, json);
                        }
                    }
                }));
        return settings;
    }

    private static @Nullable Object json(String name, AnyValue value) {
        String text = Decode.text(value);
        if (text == null) {
            return name.equals(STOP) ? listOrNull(value) : presentOrNull(AttributeCodec.encode(value));
        }
        if (text.length() > MAX_CHARACTERS || Decode.known(text) == null) {
            return null;
        }
        if (name.equals(STREAM)) {
            return text.equals("true") || text.equals("false") ? (Object) Boolean.valueOf(text) : null;
        }
        if (name.equals(STOP)) {
            return listOrNull(value);
        }
        if (NUMBERS.contains(name)) {
            return numberOr(text, value);
        }
        JsonNode tree = value.hasStringValue() ? Json.tree(text) : null;
        return tree != null && tree.isContainerNode()
                ? Json.MODEL.convertValue(tree, Object.class)
                : AttributeCodec.encode(value);
    }

    private static @Nullable Object presentOrNull(@Nullable Object json) {
        return json instanceof String text && text.isEmpty() ? null : json;
    }

    private static @Nullable List<String> listOrNull(AnyValue value) {
        List<String> list = Decode.texts(value);
        return list.isEmpty() ? null : list;
    }

    /** Some emitters write numbers as text. */
    private static @Nullable Object numberOr(String text, AnyValue value) {
        Double number = value.hasStringValue() ? Decode.amount(value) : null;
        if (number == null) {
            return AttributeCodec.encode(value);
        }
        boolean whole = number == Math.rint(number) && text.indexOf('.') < 0;
        return whole ? (Object) Long.valueOf(number.longValue()) : number;
    }

    private static void putIfPresent(Map<String, AnyValue> settings, String name, @Nullable AnyValue value) {
        if (value != null) {
            settings.put(name, value);
        }
    }

    /** The names of settings in the mapping file. */
    private record Names(Map<String, String> common, Set<String> excluded) {
        static final Names BUILT_IN = of(MappingTable.get().file());

        static Names of(MappingFile file) {
            Map<String, String> common = new HashMap<>();
            file.settingNames().forEach((name, others) -> others.forEach(other -> common.put(other, name)));
            return new Names(Map.copyOf(common), Set.copyOf(file.notSettings()));
        }
    }
}
