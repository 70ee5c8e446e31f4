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
 * Masks or drops text in the fields of a span, by detectors and by rules. It sees the span as its JSON; paths are those of the
 * JSON: {@code prompt}, {@code tags.team}, {@code events[0].data.body}. What a span is and belongs to stays: ids, times, kinds.
 * Keys of tags and attributes stay, too.
 */
public final class Redactor implements SpanProcessor {

    private static final ObjectMapper JSON = TraceJson.mapper();

    /** Fields that are no text of users; only at the top, and in the items of lists of the model. */
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

    /** @return whether anything was changed */
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

    /** @return the same if nothing was changed; null to leave it out */
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
            String place = path + "[" + i + "]";
            if (ofModel && item instanceof ObjectNode object) {
                ObjectNode itemCopy = object.deepCopy();
                changed |= redactObject(itemCopy, place, true);
                copy.add(itemCopy);
                continue;
            }
            JsonNode redacted = redact(item, place, false);
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
            if (rule.isAbout(path)) {
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
