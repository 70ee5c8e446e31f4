package io.llmtrace.storage.clickhouse.internal.upkeep;

import io.llmtrace.storage.clickhouse.internal.engine.Versions;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * The right of one process to do some work, for a short time that it extends while it works. It is a property of the store: the name of
 * the holder, and the time until which the lease is held, in nanoseconds since 1970. Two processes that ask at the very same
 * moment may both get it.
 */
final class Lease {

    /** Longer than any single statement of the work takes. */
    static final Duration LENGTH = Duration.ofMinutes(2);

    private static final Duration RENEWED_AFTER = Duration.ofSeconds(30);

    private final PropertyTable properties;
    private final String name;
    private final String holder = UUID.randomUUID().toString();
    private Instant renewAt = Instant.MIN;

    Lease(PropertyTable properties, String name) {
        this.properties = properties;
        this.name = name;
    }

    /** Takes the lease, or extends it when it is time to; returns false if another process has it. */
    boolean hold() {
        if (Instant.now().isBefore(renewAt)) {
            return true;
        }
        if (isHeldByAnother()) {
            return false;
        }
        set(Instant.now().plus(LENGTH));
        return !isHeldByAnother();
    }

    /** Gives the lease back, so that another process need not wait for its end. */
    void release() {
        if (!isHeldByAnother()) {
            set(Instant.now());
        }
        renewAt = Instant.MIN;
    }

    private boolean isHeldByAnother() {
        String held = properties.get(name);
        if (held == null) {
            return false;
        }
        String[] parts = held.split(" ");
        return !parts[0].equals(holder) && Long.parseLong(parts[1]) > Versions.at(Instant.now());
    }

    private void set(Instant until) {
        Instant now = Instant.now();
        properties.set(name, holder + " " + Versions.at(until), Versions.at(now));
        renewAt = now.plus(RENEWED_AFTER);
    }
}
