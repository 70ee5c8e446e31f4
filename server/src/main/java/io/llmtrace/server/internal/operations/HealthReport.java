package io.llmtrace.server.internal.operations;

import io.llmtrace.ingest.IngestState;
import io.llmtrace.ingest.SpoolState;
import io.llmtrace.storage.StoreHealth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer of {@code /health}: what is known of the store and of ingest, however old it is.
 *
 * @param status text of the {@link Status}
 * @param full what is full; left out if nothing is
 * @param writeFailure why the store did not accept the latest spans; left out if it did
 */
record HealthReport(
        String status,
        @Nullable List<Full> full,
        Storage storage,
        @Nullable String writeFailure,
        Spool spool) {

    /** A store that has not answered a check for this long is slow, locked or gone: that it worked before no longer counts. */
    static final Duration SILENT_AFTER = Duration.ofSeconds(2);

    /** The state of a store that does not answer, or has not answered yet. */
    static final String UNKNOWN = "unknown";

    /** The state of the server as a whole. */
    enum Status {
        /** Reads and writes work. */
        OK,
        /** Spans are refused for lack of room, on a disk or below a limit, until somebody makes some; deletes work. */
        FULL,
        /** Spans are accepted and wait on disk for the store; or the store does not answer; or only a part of its calls works. */
        DEGRADED,
        /** Everything works, but something that was stored or acknowledged could not be read since the start: it is damaged. */
        DAMAGED,
        /** Neither reads nor writes work. */
        DOWN;

        private String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What the store answered last.
     *
     * @param state of {@link StoreHealth}, or {@link #UNKNOWN}
     * @param ageSeconds how long ago the store answered; left out if it never has
     * @param pendingSeconds how long a check has been waiting for the store; left out if none is
     */
    record Storage(
            String state,
            String message,
            Map<String, String> details,
            @Nullable Long ageSeconds,
            @Nullable Long pendingSeconds) {

        static Storage of(BackgroundCheck.Known<StoreHealth> known) {
            StoreHealth health = known.value();
            Duration pending = known.pending();
            Long pendingSeconds = pending == null ? null : Long.valueOf(pending.toSeconds());
            if (health == null) {
                return new Storage(UNKNOWN, "the store has not answered a check yet", Map.of(), null, pendingSeconds);
            }
            long age = known.age().toSeconds();
            if (!isSilent(known)) {
                return new Storage(text(health.state()), health.message(), health.details(), age, pendingSeconds);
            }
            String message = "the store has not answered a check for " + pendingSeconds + " s; " + age
                    + " s ago it was " + text(health.state()) + " (" + health.message() + ")";
            return new Storage(UNKNOWN, message, health.details(), age, pendingSeconds);
        }

        /** A store that did not work when it answered is still in that state: its checks may always take long. */
        private static boolean isSilent(BackgroundCheck.Known<StoreHealth> known) {
            StoreHealth health = known.value();
            Duration pending = known.pending();
            return health != null
                    && health.state() == StoreHealth.State.OK
                    && pending != null
                    && pending.compareTo(SILENT_AFTER) > 0;
        }

        boolean is(StoreHealth.State other) {
            return state.equals(text(other));
        }

        private static String text(StoreHealth.State state) {
            return state.name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Something that is full.
     *
     * @param what {@code disk} and {@code quota} of the store, or {@code spool}
     * @param message what to do
     */
    record Full(String what, String message) {}

    /**
     * The spans that wait on disk.
     *
     * @param oldestAgeSeconds how long the oldest span has waited; left out when none waits
     * @param damage what could not be read since the start, and where it is kept; left out if everything could
     * @param damagedSpans how many spans that had waited could not be read; left out with {@code damage}
     */
    record Spool(
            long spans,
            long bytes,
            @Nullable Long oldestAgeSeconds,
            @Nullable String damage,
            @Nullable Long damagedSpans) {
        static Spool of(SpoolState state) {
            boolean damaged = !state.damage().isEmpty();
            return new Spool(
                    state.spans(),
                    state.bytes(),
                    state.age().map(Duration::toSeconds).orElse(null),
                    damaged ? state.damage() : null,
                    damaged ? state.damagedSpans() : null);
        }
    }

    /**
     * Returns the report.
     *
     * @param hasSpool whether spans can wait on disk for the store
     */
    static HealthReport of(BackgroundCheck.Known<StoreHealth> store, IngestState ingest, boolean hasSpool) {
        Storage storage = Storage.of(store);
        List<Full> full = fullIn(storage, ingest.spool());
        Status status = full.isEmpty() ? statusOf(storage, ingest, hasSpool) : Status.FULL;
        return new HealthReport(
                status.text(),
                full.isEmpty() ? null : full,
                storage,
                ingest.storeFailure().isEmpty() ? null : ingest.storeFailure(),
                Spool.of(ingest.spool()));
    }

    /** Returns what is full. A spool counts while the store needs it. */
    private static List<Full> fullIn(Storage storage, SpoolState spool) {
        List<Full> full = new ArrayList<>();
        if (storage.is(StoreHealth.State.FULL)) {
            full.add(new Full(storage.details().getOrDefault(StoreHealth.FULL_DETAIL, "disk"), storage.message()));
        }
        if (!spool.full().isEmpty() && (spool.spans() > 0 || !storage.is(StoreHealth.State.OK))) {
            full.add(new Full("spool", spool.full()));
        }
        return full;
    }

    private static Status statusOf(Storage storage, IngestState ingest, boolean hasSpool) {
        if (storage.is(StoreHealth.State.OK)) {
            if (ingest.spool().spans() > 0 || !ingest.storeFailure().isEmpty()) {
                return Status.DEGRADED;
            }
            boolean damaged = storage.details().containsKey(StoreHealth.DAMAGE_DETAIL)
                    || !ingest.spool().damage().isEmpty();
            return damaged ? Status.DAMAGED : Status.OK;
        }
        return storage.is(StoreHealth.State.DOWN) && !hasSpool ? Status.DOWN : Status.DEGRADED;
    }

    /** Returns whether neither reads nor writes work: the store is down, and spans cannot wait for it either. */
    boolean isDown() {
        return status.equals(Status.DOWN.text()) || (full != null && storage.is(StoreHealth.State.DOWN));
    }
}
