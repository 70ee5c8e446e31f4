package io.llmtrace.ingest;

import java.util.LinkedHashMap;
import java.util.Map;

/** The spans that were added last, in bounded memory. */
final class RecentIdentities {

    static final int CAPACITY = 20_000;

    private final Map<Identity, Boolean> identities = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Identity, Boolean> eldest) {
            return size() > CAPACITY;
        }
    };

    synchronized void add(Identity identity) {
        identities.put(identity, true);
    }

    synchronized boolean contains(Identity identity) {
        return identities.containsKey(identity);
    }
}
