package io.llmtrace.ingest.redaction;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.llmtrace.ingest.SpanProcessor;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.TraceSpan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Masks or removes text in the fields of a span, with detectors and rules. Paths of fields are those of the span's JSON:
 * {@code prompt}, {@code tags.team}, {@code events[0].data.body}. Ids, times, kinds, and the keys of tags and attributes are kept.
 */
public final class Redactor implements SpanProcessor {

    private static final ObjectMapper JSON = TraceJson.mapper();

    /** Fields that never hold users' text, at the top level and in the items of the model's own lists. They are not redacted. */
    private static final Set<String> STRUCTURE = Set.of(
            "id",
            "trace_id",
            "span_id",
            "parent_span_id",
            "tenant_id",
            "kind",
            "start_time",
            "end_time",
            "timestamp",
            "detected_at",
            "severity",
            "action_type");

    private static final Set<String> MODEL_LISTS = Set.of("events", "security_findings", "agent_actions");

    private final List<Detector> detectors;
    private final List<Rule> rules;

    /** Creates a redactor that applies the rules in their order, and then the detectors. */
    public Redactor(Collection<Detector> detectors, Collection<Rule> rules) {
        this.detectors = List.copyOf(detectors);
        this.rules = List.copyOf(rules);
    }

    @Override
    public TraceSpan process(TraceSpan span) {
        ObjectNode json = JSON.valueToTree(span);
        if (!redactObject(json, "", true)) {
            return span;
        }
        return TraceJson.readSpan(json, span.tenantId());
    }

    /**
     * Redacts the fields of an object in place.
     *
     * @param ofModel whether it is the span itself or an item of one of its lists, rather than free-form JSON
     * @return whether anything has changed
     */
    private boolean redactObject(ObjectNode object, String path, boolean ofModel) {
        boolean changed = false;
        for (Map.Entry<String, JsonNode> field : new ArrayList<>(object.properties())) {
            String name = field.getKey();
            if (ofModel && STRUCTURE.contains(name)) {
                continue;
            }
            boolean modelBelow = path.isEmpty() && MODEL_LISTS.contains(name);
            JsonNode redacted = redact(field.getValue(), path.isEmpty() ? name : path + "." + name, modelBelow);
            if (redacted == null) {
                object.remove(name);
                changed = true;
            } else if (redacted != field.getValue()) {
                object.set(name, redacted);
                changed = true;
            }
        }
        return changed;
    }

    /**
     * Redacts a value.
     *
     * @return the same value if nothing has changed; null to remove it
     */
    private @Nullable JsonNode redact(JsonNode value, String path, boolean modelBelow) {
        if (value.isTextual()) {
            String text = value.asText();
            String redacted = redact(text, path);
            return redacted == null ? null : redacted.equals(text) ? value : TextNode.valueOf(redacted);
        }
        if (value instanceof ObjectNode object) {
            ObjectNode copy = object.deepCopy();
            return redactObject(copy, path, false) ? copy : value;
        }
        if (value instanceof ArrayNode array) {
            return redactArray(array, path, modelBelow);
        }
        return value;
    }

    private JsonNode redactArray(ArrayNode array, String path, boolean ofModel) {
        ArrayNode copy = JSON.createArrayNode();
        boolean changed = false;
        for (int i = 0; i < array.size(); i++) {
            JsonNode item = array.get(i);
            String itemPath = path + "[" + i + "]";
            if (ofModel && item instanceof ObjectNode object) {
                ObjectNode itemCopy = object.deepCopy();
                changed |= redactObject(itemCopy, itemPath, true);
                copy.add(itemCopy);
                continue;
            }
            JsonNode redacted = redact(item, itemPath, false);
            changed |= redacted != item;
            if (redacted != null) {
                copy.add(redacted);
            }
        }
        return changed ? copy : array;
    }

    private @Nullable String redact(String text, String path) {
        String current = text;
        for (Rule rule : rules) {
            if (rule.appliesTo(path)) {
                current = rule.apply(current);
                if (current == null) {
                    return null;
                }
            }
        }
        for (Detector detector : detectors) {
            current = detector.mask(current);
        }
        return current;
    }
}
