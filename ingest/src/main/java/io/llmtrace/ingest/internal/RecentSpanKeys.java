package io.llmtrace.ingest.internal;

import io.llmtrace.model.SpanKey;
import java.util.LinkedHashMap;
import java.util.Map;

/** A set of the most recently used span keys, in bounded memory. Thread-safe. */
final class RecentSpanKeys {

    static final int CAPACITY = 20_000;

    private final Map<SpanKey, Boolean> keys = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<SpanKey, Boolean> eldest) {
            return size() > CAPACITY;
        }
    };

    synchronized void add(SpanKey key) {
        keys.put(key, true);
    }

    synchronized boolean contains(SpanKey key) {
        return keys.containsKey(key);
    }
}
