package io.llmtrace.otlp.internal.messages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.llmtrace.otlp.internal.wire.AttributeCodec;
import io.llmtrace.otlp.internal.wire.Decode;
import io.llmtrace.otlp.internal.wire.Json;
import io.opentelemetry.proto.common.v1.AnyValue;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads lists whose items are spread over attributes or events. Each method returns a JSON array; null if the list is empty. */
public final class Lists {

    private static final String HIT = "db.query.result.";

    private Lists() {}

    /** Returns the texts {@code prefix.<n>.<field>}, or {@code prefix.<n>}, as messages of one role. */
    public static @Nullable String texts(List<Map<String, AnyValue>> items, String field, String role) {
        ArrayNode messages = Messages.list();
        for (Map<String, AnyValue> item : items) {
            String text = Decode.content(item.getOrDefault(field, item.get("")));
            if (text != null) {
                messages.add(Messages.addText(Messages.message(role), text));
            }
        }
        return Messages.write(messages);
    }

    /** Returns documents from {@code prefix.<n>.document.{id,score,content,metadata}}. */
    public static @Nullable String documents(List<Map<String, AnyValue>> items) {
        ArrayNode documents = Messages.list();
        for (Map<String, AnyValue> item : items) {
            ObjectNode document = documents.addObject();
            item.forEach((key, value) -> document.set(withoutPrefix("document.", key), tree(value)));
        }
        return Messages.write(documents);
    }

    /** Returns tool definitions from {@code prefix.<n>.{name,description,parameters}} or {@code prefix.<n>.tool.json_schema}. */
    public static @Nullable String functions(List<Map<String, AnyValue>> items) {
        ArrayNode functions = Messages.list();
        for (Map<String, AnyValue> item : items) {
            AnyValue schema = item.getOrDefault("tool.json_schema", item.get(""));
            if (schema != null) {
                functions.add(tree(schema));
            } else {
                ObjectNode function = functions.addObject();
                item.forEach((key, value) -> function.set(key, tree(value)));
            }
        }
        return Messages.write(functions);
    }

    /**
     * Returns the documents that a search found.
     *
     * @param events the attributes of one event for each document: {@code db.query.result.{id,score,document,…}}
     */
    public static @Nullable String hits(List<Map<String, AnyValue>> events) {
        ArrayNode documents = Messages.list();
        for (Map<String, AnyValue> event : events) {
            ObjectNode document = documents.addObject();
            event.forEach((key, value) -> document.set(withoutPrefix(HIT, key), tree(value)));
        }
        return Messages.write(documents);
    }

    private static JsonNode tree(AnyValue value) {
        return Json.unwrapped(Json.MAPPER.valueToTree(AttributeCodec.encode(value)));
    }

    private static String withoutPrefix(String prefix, String key) {
        String name = key.startsWith(prefix) ? key.substring(prefix.length()) : key;
        return name.isEmpty() ? "content" : name; // an item that is a single value
    }
}
