package io.llmtrace.storage;

import java.util.Map;
import java.util.Objects;

/** The health of a store at one moment. */
public sealed interface StoreHealth permits StoreHealthValues {

    /** The key of the detail that says what is full in the state {@link State#FULL}: {@code disk} or {@code quota}. */
    String FULL_DETAIL = "full";

    /** The detail that says what damage was met last since the store was opened; left out if none was. */
    String DAMAGE_DETAIL = "damage";

    /** The detail that says how many calls and background tasks met damage since the store was opened; left out with the other. */
    String DAMAGE_COUNT_DETAIL = "damage_count";

    /** Returns the calls that the store serves. */
    State state();

    /** Returns one sentence for an operator; for a state other than {@link State#OK} it says what to do. */
    String message();

    /** Returns further values of the backend, such as its version or the lag of its text index, in the order to show. */
    Map<String, String> details();

    /** Returns a builder without details. */
    static Builder builder(State state, String message) {
        return new Builder(state, message);
    }

    /** The calls that a store serves. */
    enum State {
        /** Reads and writes work. */
        OK,
        /** Reads and deletes work; spans are refused until there is room for them. */
        FULL,
        /** Reads work, writes do not. */
        READ_ONLY,
        /** Nothing works. */
        DOWN
    }

    /** Builds the health of a store, without details unless they are set. */
    final class Builder {
        private final State state;
        private final String message;
        private Map<String, String> details = Map.of();

        private Builder(State state, String message) {
            this.state = Objects.requireNonNull(state, "state");
            this.message = Objects.requireNonNull(message, "message");
        }

        public Builder details(Map<String, String> value) {
            this.details = Objects.requireNonNull(value, "details");
            return this;
        }

        /** Builds the health. */
        public StoreHealth build() {
            return new StoreHealthValues(state, message, details);
        }
    }
}
