package io.llmtrace.testkit;

import org.junit.jupiter.api.Nested;

/** The contract of a repository whose store survives a restart. */
public abstract class DurableTraceRepositoryContract extends TraceRepositoryContract {

    @Nested
    class Restart extends RestartContract {
        Restart() {
            super(fixture());
        }
    }

    @Nested
    class Memory extends ReadMemoryContract {
        Memory() {
            super(fixture());
        }
    }
}
