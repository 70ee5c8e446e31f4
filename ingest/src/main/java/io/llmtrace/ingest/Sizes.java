package io.llmtrace.ingest;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.TraceSpan;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Bytes of spans in memory, estimated by their texts: one byte a character, and something for each object. */
final class Sizes {

    static final int OBJECT = 64;

    private static final int SPAN = 600;

    private Sizes() {}

    static long ofSpans(List<TraceSpan> spans) {
        long bytes = 0;
        for (TraceSpan span : spans) {
            bytes += SPAN + of(span.prompt()) + of(span.response()) + of(span.errorMessage()) + of(span.tags());
            bytes += of(span.attributes());
            bytes += span.events().stream()
                    .mapToLong(event -> OBJECT + of(event.description()) + of(event.data()))
                    .sum();
            bytes += span.securityFindings().stream()
                    .mapToLong(finding -> OBJECT + of(finding.description()) + of(finding.metadata()))
                    .sum();
            for (AgentAction action : span.agentActions()) {
                bytes += OBJECT + of(action.arguments()) + of(action.result()) + of(action.metadata());
            }
        }
        return bytes;
    }

    private static long of(@Nullable Object value) {
        if (value instanceof String text) {
            return OBJECT + text.length();
        }
        if (value instanceof Map<?, ?> map) {
            long bytes = OBJECT;
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                bytes += of(entry.getKey()) + of(entry.getValue());
            }
            return bytes;
        }
        if (value instanceof Collection<?> items) {
            return OBJECT + items.stream().mapToLong(Sizes::of).sum();
        }
        return value == null ? 0 : OBJECT;
    }
}
