package io.llmtrace.otlp.internal.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.otlp.internal.wire.Decode;
import io.llmtrace.otlp.internal.wire.PythonLiteral;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The single values of an object, or of the attributes below a prefix, by their paths.
 *
 * <pre>
 *   {"prompt_tokens": 1920, "details": {"cached": 1800}}       →  prompt_tokens 1920, details.cached 1800
 *   {"details": [{"modality": "AUDIO", "tokenCount": 7}]}      →  details.AUDIO 7
 *   {"cacheDetails": [{"ttl": "1h", "inputTokens": 7}]}        →  cacheDetails.1h.inputTokens 7
 * </pre>
 *
 * An object may be written as text, in JSON or as Python writes a dict. Other lists are left out, as are values beyond
 * {@value #MAX_LEAVES}, or deeper than {@value #MAX_DEPTH} objects.
 */
public record Leaves(Map<String, AnyValue> values) {

    private static final int MAX_LEAVES = 256;
    private static final int MAX_DEPTH = 6;
    private static final int MAX_LIST_ITEMS = 16;
    private static final int MAX_PATH_CHARACTERS = 200;

    /** Returns the values of an object; null if the value is none. */
    static @Nullable Leaves of(@Nullable AnyValue value) {
        return of(value, "");
    }

    /** Returns the values of an object whose paths contain a word, for an object that holds other things as well. */
    static @Nullable Leaves of(@Nullable AnyValue value, String word) {
        JsonNode tree = treeOf(value);
        return tree == null || !tree.isObject()
                ? null
                : new Collector(word).addObject("", tree, 1).leaves();
    }

    /** Returns the values of attributes, and of the objects that attributes hold, whose paths contain a word; null if there are none. */
    static @Nullable Leaves of(Map<String, AnyValue> attributes, String word) {
        Collector collector = new Collector(word);
        attributes.forEach((path, value) -> {
            JsonNode tree = treeOf(value);
            if (tree != null) {
                collector.addChild(path, tree, 1);
            } else {
                collector.put(path, value);
            }
        });
        return collector.leaves();
    }

    private static @Nullable JsonNode treeOf(@Nullable AnyValue value) {
        JsonNode tree = Decode.tree(value);
        return tree != null || value == null || !value.hasStringValue()
                ? tree
                : PythonLiteral.tree(value.getStringValue());
    }

    /** Collects the values whose paths contain a word. */
    private static final class Collector {
        private final String word;
        private final Map<String, AnyValue> values = new LinkedHashMap<>();

        Collector(String word) {
            this.word = word;
        }

        @Nullable
        Leaves leaves() {
            return values.isEmpty() ? null : new Leaves(values);
        }

        Collector addObject(String prefix, JsonNode object, int depth) {
            for (Map.Entry<String, JsonNode> entry : object.properties()) {
                if (values.size() >= MAX_LEAVES) {
                    break;
                }
                String path = prefix.isEmpty() ? entry.getKey() : prefix + "." + entry.getKey();
                addChild(path, entry.getValue(), depth);
            }
            return this;
        }

        void addChild(String path, JsonNode child, int depth) {
            if (path.length() > MAX_PATH_CHARACTERS) {
                return;
            }
            if (child.isValueNode()) {
                put(path, Decode.valueOf(child));
            } else if (child.isObject() && depth < MAX_DEPTH) {
                addObject(path, child, depth + 1);
            } else if (child.isArray()) {
                addCounts(path, child);
            }
        }

        /** Adds the counts of a list by what each is of: Gemini's of a modality, Bedrock's of a lifetime in the cache. */
        private void addCounts(String path, JsonNode list) {
            for (int i = 0; i < Math.min(list.size(), MAX_LIST_ITEMS); i++) {
                JsonNode item = list.get(i);
                if (item.path("modality").isTextual()) {
                    JsonNode count = item.has("token_count") ? item.path("token_count") : item.path("tokenCount");
                    put(path + "." + item.path("modality").textValue(), Decode.valueOf(count));
                } else if (item.path("ttl").isTextual()) {
                    String count = item.has("input_tokens") ? "input_tokens" : "inputTokens";
                    put(path + "." + item.path("ttl").textValue() + "." + count, Decode.valueOf(item.path(count)));
                }
            }
        }

        void put(String path, @Nullable AnyValue value) {
            if (value != null
                    && values.size() < MAX_LEAVES
                    && path.length() <= MAX_PATH_CHARACTERS
                    && path.toLowerCase(Locale.ROOT).contains(word)) {
                values.putIfAbsent(path, value);
            }
        }
    }
}
