package io.llmtrace.storage;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The implementation of the health of a store. It is not public, so that a new component breaks no caller. */
record StoreHealthValues(State state, String message, Map<String, String> details) implements StoreHealth {

    StoreHealthValues {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(message, "message");
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }
}
