package io.llmtrace.storage.spi;

import io.llmtrace.model.AgentAction;
import io.llmtrace.model.TraceSpan;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Estimates the heap that values take: a constant for each object, and the length of texts. A text takes one byte for each
 * character, or two if one of its characters needs them.
 */
public final class MemoryEstimate {

    /** The bytes of a small object. */
    public static final int OBJECT = 64;

    private static final int SPAN = 600;

    /** Texts up to this length are not searched for characters of two bytes. */
    private static final int SHORT_TEXT = 256;

    private MemoryEstimate() {}

    /** Returns the bytes of spans. */
    public static long ofSpans(List<TraceSpan> spans) {
        long bytes = 0;
        for (TraceSpan span : spans) {
            bytes += ofSpan(span);
        }
        return bytes;
    }

    /** Returns the bytes of a span. */
    public static long ofSpan(TraceSpan span) {
        long bytes = SPAN + of(span.prompt()) + of(span.response()) + of(span.errorMessage()) + of(span.tags());
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
        return bytes;
    }

    /** Returns the bytes of a value of JSON: a text, a map, a collection, or something small. */
    public static long of(@Nullable Object value) {
        if (value instanceof String text) {
            return OBJECT + (isWide(text) ? 2L * text.length() : text.length());
        }
        if (value instanceof Map<?, ?> map) {
            long bytes = OBJECT;
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                bytes += of(entry.getKey()) + of(entry.getValue());
            }
            return bytes;
        }
        if (value instanceof Collection<?> items) {
            return OBJECT + items.stream().mapToLong(MemoryEstimate::of).sum();
        }
        return value == null ? 0 : OBJECT;
    }

    /** Returns whether a long text has a character beyond Latin-1, so that all of its characters take two bytes. */
    private static boolean isWide(String text) {
        if (text.length() <= SHORT_TEXT) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0xFF) {
                return true;
            }
        }
        return false;
    }
}
