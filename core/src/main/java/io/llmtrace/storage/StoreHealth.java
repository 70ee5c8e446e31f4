package io.llmtrace.storage;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a store says of itself at this moment.
 *
 * @param message one sentence for an operator; for a state other than {@link State#OK} it says what to do
 * @param details figures of the backend, such as its version or how far its text index is behind
 */
public record StoreHealth(State state, String message, Map<String, String> details) {

    /** Whether the store serves calls. */
    public enum State {
        /** Reads and writes work. */
        OK,
        /** Reads work, writes do not. */
        READ_ONLY,
        /** Nothing works. */
        DOWN
    }

    public StoreHealth {
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }
}
