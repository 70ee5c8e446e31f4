package io.llmtrace.cli.transfer;

import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.model.Ids;
import io.llmtrace.storage.spi.DamagedTraces;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Says what an export lacks. */
public final class LeftOutText {

    private LeftOutText() {}

    /** Returns the traces and spans that were left out, on one line, without the reason. */
    public static String of(DamagedTraces damaged) {
        List<String> parts = new ArrayList<>();
        if (damaged.count() > 0) {
            List<String> ids = damaged.first().stream().map(UUID::toString).toList();
            parts.add(part(damaged.count(), "trace", ids));
        }
        if (damaged.spanCount() > 0) {
            List<String> ids = damaged.firstSpans().stream()
                    .map(span -> Ids.formatSpanId(span.spanId()) + " of trace " + span.traceId())
                    .toList();
            parts.add(part(damaged.spanCount(), "span", ids));
        }
        return String.join("; ", parts);
    }

    private static String part(long count, String noun, List<String> ids) {
        return Formats.count(count, noun) + " that cannot be read: " + String.join(", ", ids)
                + (count > ids.size() ? ", …" : "");
    }
}
