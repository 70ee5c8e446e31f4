package io.llmtrace.storage.sqlite;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.llmtrace.json.TraceJson;
import io.llmtrace.storage.CorruptStoreException;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** A set of tags as one text: a JSON object with sorted keys, so that equal sets are equal texts. */
final class TagJson {

    private static final ObjectMapper JSON = TraceJson.mapper();
    private static final TypeReference<Map<String, String>> TAGS = new TypeReference<>() {};

    private TagJson() {}

    static String write(Map<String, String> tags) {
        return TraceJson.write(new TreeMap<>(tags));
    }

    static Map<String, String> read(String json) {
        try {
            return JSON.readValue(json, TAGS);
        } catch (IOException e) {
            throw new CorruptStoreException("tags cannot be read: " + e.getMessage(), e);
        }
    }
}
