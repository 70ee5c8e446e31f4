package io.llmtrace.storage.sqlite.internal.format;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmtrace.json.TraceJson;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** The text of a set of tags: a JSON object with sorted keys, so that equal sets have equal texts. */
public final class TagJson {

    private static final ObjectMapper JSON = TraceJson.mapper();
    private static final TypeReference<Map<String, String>> TAGS = new TypeReference<>() {};

    private TagJson() {}

    /** Returns the text of a set of tags. */
    public static String write(Map<String, String> tags) {
        return TraceJson.write(new TreeMap<>(tags));
    }

    /** Returns the tags that a text holds. */
    public static Map<String, String> read(String json) {
        try {
            return JSON.readValue(json, TAGS);
        } catch (IOException e) {
            throw new DamagedDataException("a set of tags cannot be read: " + e.getMessage(), e);
        }
    }
}
