package io.llmtrace.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lists that come in pieces, put together as JSON. */
final class Lists {

    private static final String HIT = "db.query.result.";

    private Lists() {}

    /** Texts under {@code prefix.<n>.<field>} as messages of one role. */
    static @Nullable String texts(SpanView view, Place place, String field, String role) {
        ArrayNode messages = Messages.list();
        for (Map<String, AnyValue> item : items(view, place)) {
            String text = Decode.content(item.get(field));
            if (text != null) {
                messages.add(Messages.addText(Messages.message(role), text));
            }
        }
        return Messages.write(messages);
    }

    /** {@code prefix.<n>.document.{id,score,content,metadata}} as an array of documents. */
    static @Nullable String documents(SpanView view, Place place) {
        ArrayNode documents = Messages.list();
        for (Map<String, AnyValue> item : items(view, place)) {
            ObjectNode document = documents.addObject();
            item.forEach((key, value) -> document.set(without("document.", key), tree(value)));
        }
        return Messages.write(documents);
    }

    /** {@code prefix.<n>.{name,description,parameters}} or {@code prefix.<n>.tool.json_schema} as an array. */
    static @Nullable String functions(SpanView view, Place place) {
        ArrayNode functions = Messages.list();
        for (Map<String, AnyValue> item : items(view, place)) {
            AnyValue schema = item.get("tool.json_schema");
            if (schema != null) {
                functions.add(tree(schema));
            } else {
                ObjectNode function = functions.addObject();
                item.forEach((key, value) -> function.set(key, tree(value)));
            }
        }
        return Messages.write(functions);
    }

    /** One event for each document that a search found, with {@code db.query.result.{id,score,document,…}}. */
    static @Nullable String hits(SpanView view, Place place) {
        List<String> names = place instanceof Place.Events events ? events.names() : List.of();
        ArrayNode documents = Messages.list();
        for (Span.Event event : view.span.getEventsList()) {
            if (names.contains(event.getName())) {
                ObjectNode document = documents.addObject();
                SpanView.byKey(event.getAttributesList())
                        .forEach((key, value) -> document.set(without(HIT, key), tree(value)));
            }
        }
        return Messages.write(documents);
    }

    private static List<Map<String, AnyValue>> items(SpanView view, Place place) {
        if (place instanceof Place.Flattened list) {
            return list.items(view);
        }
        throw new IllegalArgumentException("this reader is for lists, not for " + place.text());
    }

    private static JsonNode tree(AnyValue value) {
        return Messages.treeOrText(Json.MAPPER.valueToTree(AttributeCodec.encode(value)));
    }

    private static String without(String prefix, String key) {
        return key.startsWith(prefix) ? key.substring(prefix.length()) : key;
    }
}
