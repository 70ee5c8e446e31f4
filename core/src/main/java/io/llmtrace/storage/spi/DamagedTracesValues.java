package io.llmtrace.storage.spi;

import io.llmtrace.model.SpanIdentity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/** The implementation of damaged traces. It is not public, so that a new component breaks no caller. */
record DamagedTracesValues(long count, List<UUID> first, long spanCount, List<SpanIdentity> firstSpans, String reason)
        implements DamagedTraces {

    DamagedTracesValues {
        first = List.copyOf(first);
        firstSpans = List.copyOf(firstSpans);
        Objects.requireNonNull(reason, "reason");
    }

    static DamagedTraces withTrace(DamagedTraces before, UUID trace, String reason) {
        return new DamagedTracesValues(
                before.count() + 1,
                listed(before.first(), List.of(trace)),
                before.spanCount(),
                before.firstSpans(),
                before.isEmpty() ? reason : before.reason());
    }

    static DamagedTraces withSpans(DamagedTraces before, List<SpanIdentity> spans, String reason) {
        return new DamagedTracesValues(
                before.count(),
                before.first(),
                before.spanCount() + spans.size(),
                listed(before.firstSpans(), spans),
                before.isEmpty() ? reason : before.reason());
    }

    private static <T> List<T> listed(List<T> first, Collection<T> more) {
        List<T> all = new ArrayList<>(first);
        more.stream().limit(MAX_LISTED - first.size()).forEach(all::add);
        return all;
    }
}
