package io.llmtrace.cli.output;

import io.llmtrace.model.Ids;
import io.llmtrace.model.TraceSpan;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The spans of a trace drawn as a tree, each below its parent.
 *
 * <pre>
 *   support-agent
 *   ├─ chat gpt-4o
 *   └─ lookup_order
 *      └─ GET /orders/7731
 * </pre>
 *
 * A span whose parent is missing is drawn at the top level. So is the first span of a cycle of parents, which only broken
 * clients send.
 */
final class SpanTree {

    /** Deeper levels are drawn at this depth, with their number: recursive agents reach thousands of levels. */
    private static final int MAX_DRAWN_DEPTH = 24;

    private final Map<UUID, List<TraceSpan>> children = new HashMap<>();
    private final Set<UUID> seen = new HashSet<>();
    private final List<Row> rows = new ArrayList<>();

    private SpanTree() {}

    /**
     * A line of the drawing.
     *
     * @param branch the box-drawing characters before the name
     */
    record Row(String branch, TraceSpan span) {}

    private record Pending(TraceSpan span, String branch, String indent, int depth) {}

    /**
     * Draws the spans.
     *
     * @param spans ordered by their start
     */
    static List<Row> rows(List<TraceSpan> spans) {
        SpanTree tree = new SpanTree();
        Set<UUID> ids = new HashSet<>();
        spans.forEach(span -> ids.add(span.spanId()));
        List<TraceSpan> tops = new ArrayList<>();
        for (TraceSpan span : spans) {
            UUID parent = span.parentSpanId();
            if (parent == null || !ids.contains(parent)) {
                tops.add(span);
            } else {
                tree.children.computeIfAbsent(parent, id -> new ArrayList<>()).add(span);
            }
        }
        tops.forEach(tree::walk);
        for (TraceSpan span : spans) {
            if (!tree.seen.contains(span.spanId())) {
                tree.walk(span); // part of a cycle
            }
        }
        return tree.rows;
    }

    private void walk(TraceSpan top) {
        Deque<Pending> pending = new ArrayDeque<>();
        pending.push(new Pending(top, "", "", 0));
        while (!pending.isEmpty()) {
            Pending next = pending.pop();
            if (!seen.add(next.span.spanId())) {
                continue;
            }
            rows.add(new Row(next.branch, next.span));
            List<TraceSpan> below = children.getOrDefault(next.span.spanId(), List.of());
            for (int i = below.size() - 1; i >= 0; i--) {
                pending.push(child(next, below.get(i), i == below.size() - 1));
            }
        }
    }

    private static Pending child(Pending parent, TraceSpan span, boolean last) {
        int depth = parent.depth + 1;
        if (depth > MAX_DRAWN_DEPTH) {
            return new Pending(span, parent.indent + "… " + depth + " ", parent.indent, depth);
        }
        String indent = parent.indent + (last ? "   " : "│  ");
        return new Pending(span, parent.indent + (last ? "└─ " : "├─ "), indent, depth);
    }

    static String label(TraceSpan span) {
        return span.operationName().isBlank() ? "span " + Ids.formatSpanId(span.spanId()) : span.operationName();
    }
}
