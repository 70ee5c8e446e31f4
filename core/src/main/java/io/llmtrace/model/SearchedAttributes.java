package io.llmtrace.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The attributes of spans and events that the text search reads: the instructions to a model, which have no field of their own. */
public final class SearchedAttributes {

    /** The keys of these attributes. */
    public static final List<String> KEYS = List.of(
            "gen_ai.system_instructions", "gen_ai.agent.instructions", "gcp.vertex.agent.llm_request", "ai.prompt");

    private SearchedAttributes() {}

    /** Returns the texts in the attributes that are searched: the keys and values at any depth, as in {@link JsonText}. */
    static Stream<String> textsIn(@Nullable Object attributes) {
        List<String> texts = new ArrayList<>();
        if (attributes instanceof Map<?, ?> map) {
            KEYS.stream().filter(map::containsKey).forEach(key -> addTexts(map.get(key), texts));
        }
        return texts.stream();
    }

    private static void addTexts(@Nullable Object value, List<String> texts) {
        if (value instanceof Map<?, ?> map) {
            // A reference such as {"$ref": "prompt"} stands for a text that is searched already.
            if (!map.containsKey("$ref")) {
                map.forEach((key, item) -> {
                    texts.add(String.valueOf(key));
                    addTexts(item, texts);
                });
            }
        } else if (value instanceof List<?> list) {
            list.forEach(item -> addTexts(item, texts));
        } else if (value != null) {
            texts.add(value.toString());
        }
    }
}
