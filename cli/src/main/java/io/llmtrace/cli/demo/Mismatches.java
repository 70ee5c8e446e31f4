package io.llmtrace.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.llmtrace.json.TraceJson;
import io.llmtrace.model.Ids;
import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** Collects the differences between the traces that were sent and those that came back. Thread-safe. */
final class Mismatches {

    private final List<String> found = new ArrayList<>();

    void compare(TraceEvent expected, Optional<TraceEvent> stored) {
        if (stored.isEmpty()) {
            add("trace " + expected.traceId() + " is missing");
            return;
        }
        if (stored.get().equals(expected)) {
            return;
        }
        Map<UUID, TraceSpan> actual = new LinkedHashMap<>();
        stored.get().spans().forEach(span -> actual.put(span.spanId(), span));
        for (TraceSpan span : expected.spans()) {
            TraceSpan other = actual.remove(span.spanId());
            if (other == null) {
                add(nameOf(span) + " is missing");
            } else if (!other.equals(span)) {
                add(nameOf(span) + " differs in " + String.join(", ", fieldsThatDiffer(span, other)));
            }
        }
        actual.values().forEach(span -> add(nameOf(span) + " is stored, but was never sent"));
        if (!stored.get().createdAt().equals(expected.createdAt())) {
            add("trace " + expected.traceId() + " has created_at "
                    + stored.get().createdAt() + ", not " + expected.createdAt());
        }
    }

    void compareCounts(String what, long expected, long actual) {
        if (expected != actual) {
            add(what + ": " + actual + ", not " + expected);
        }
    }

    synchronized void add(String difference) {
        found.add(difference);
    }

    synchronized boolean isEmpty() {
        return found.isEmpty();
    }

    synchronized List<String> list() {
        return List.copyOf(found);
    }

    private static String nameOf(TraceSpan span) {
        return "span " + Ids.formatSpanId(span.spanId()) + " of trace " + span.traceId();
    }

    private static Set<String> fieldsThatDiffer(TraceSpan a, TraceSpan b) {
        JsonNode left = TraceJson.mapper().valueToTree(a);
        JsonNode right = TraceJson.mapper().valueToTree(b);
        Set<String> names = new TreeSet<>();
        left.fieldNames().forEachRemaining(names::add);
        right.fieldNames().forEachRemaining(names::add);
        names.removeIf(name -> left.path(name).equals(right.path(name)));
        return names;
    }
}
