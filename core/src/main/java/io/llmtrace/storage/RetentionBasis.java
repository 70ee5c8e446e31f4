package io.llmtrace.storage;

import io.llmtrace.model.TraceEvent;
import io.llmtrace.model.TraceSpan;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;

/** The time of a trace from which its age is counted. */
public enum RetentionBasis {
    /** The trace's {@code created_at}, however long it went on after that. */
    START,
    /**
     * The end of the span that ended last; a span without an end counts by its start. It is never before {@code created_at}, which
     * is the time of a trace without spans.
     */
    END;

    /** Returns the time of a trace from which its age is counted; this is the definition for all stores. */
    public Instant timeOf(TraceEvent trace) {
        if (this == START) {
            return trace.createdAt();
        }
        Instant last = trace.createdAt();
        for (TraceSpan span : trace.spans()) {
            Instant end = span.endTime() == null ? span.startTime() : span.endTime();
            last = end.isAfter(last) ? end : last;
        }
        return last;
    }

    /** Returns the name in a request, such as {@code start}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the basis with a name.
     *
     * @throws IllegalArgumentException if none has that name
     */
    public static RetentionBasis ofText(String text) {
        for (RetentionBasis basis : values()) {
            if (basis.text().equals(text)) {
                return basis;
            }
        }
        throw new IllegalArgumentException(
                "not in " + Arrays.stream(values()).map(RetentionBasis::text).toList() + ": '" + text + "'");
    }
}
