package io.llmtrace.cli.doctor;

import io.llmtrace.cli.context.UsageException;
import io.llmtrace.cli.terminal.Formats;
import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.spi.StoreIntegrity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Checks whether the store exists, can be opened and works, and which process writes to it. */
public final class StoreChecks {

    private static final int MAX_DAMAGE = 100;

    /** A check that takes as long is worth mentioning. */
    private static final int LONG_SECONDS = 5;

    private StoreChecks() {}

    /**
     * Checks a store.
     *
     * @param name the name of the store in messages
     * @param file the file of the store; empty if the store is not a file
     * @param opener opens the store read-only
     */
    public static List<Diagnosis> store(String name, Optional<Path> file, Supplier<TraceRepository> opener) {
        if (file.isPresent() && Files.notExists(file.get())) {
            return List.of(Diagnosis.ok("store", name + " is not there yet: the first write creates it"));
        }
        List<Diagnosis> found = new ArrayList<>();
        if (file.isPresent() && !Files.isWritable(file.get())) {
            found.add(Diagnosis.fail("store", file.get() + " is not writable: make it writable for this user"));
        }
        try (TraceRepository repository = opener.get()) {
            found.add(
                    file.isPresent()
                            ? opened(name, repository.check())
                            : health("store", name + ": ", repository.check()));
            StoreIntegrity.of(repository).ifPresent(integrity -> found.add(integrity(name, integrity)));
        } catch (StorageException | UsageException e) {
            found.add(Diagnosis.fail("store", String.valueOf(e.getMessage())));
        }
        file.ifPresent(path -> found.add(writer(path)));
        return found;
    }

    private static Diagnosis integrity(String name, StoreIntegrity integrity) {
        long start = System.nanoTime();
        List<String> damage = integrity.findDamage(MAX_DAMAGE);
        long seconds = (System.nanoTime() - start) / 1_000_000_000;
        String took = seconds < LONG_SECONDS ? "" : "; reading it took " + seconds + " s";
        if (damage.isEmpty()) {
            return Diagnosis.ok("integrity", "no damage found" + took);
        }
        return Diagnosis.fail(
                "integrity",
                name + " is damaged" + (damage.size() < MAX_DAMAGE ? " (" : " (at least ")
                        + Formats.count(damage.size(), "place") + ", first: " + damage.get(0) + took
                        + "): restore a copy; or save what can be read with 'llmtrace export --output traces.ndjson.gz', move"
                        + " the file away, and 'llmtrace import traces.ndjson.gz' into a new one");
    }

    /** Returns the health of its store that a server reports. */
    public static Diagnosis server(StoreHealth health) {
        return health("server", "", health);
    }

    private static Diagnosis health(String check, String prefix, StoreHealth health) {
        String message = prefix + health.message() + details(health);
        return switch (health.state()) {
            case OK -> isDamaged(health) ? Diagnosis.warn(check, message) : Diagnosis.ok(check, message);
            case FULL, READ_ONLY -> Diagnosis.warn(check, message);
            case DOWN -> Diagnosis.fail(check, message);
        };
    }

    /** Returns whether something was damaged: in the store, or in the spool of its server. */
    private static boolean isDamaged(StoreHealth health) {
        return health.details().keySet().stream().anyMatch(detail -> detail.endsWith(StoreHealth.DAMAGE_DETAIL));
    }

    /** Returns the diagnosis of a store that was opened read-only: {@code READ_ONLY} is then its normal state. */
    private static Diagnosis opened(String name, StoreHealth health) {
        if (health.state() == StoreHealth.State.DOWN) {
            return Diagnosis.fail("store", name + ": " + health.message() + details(health));
        }
        return Diagnosis.ok("store", name + " can be read" + details(health));
    }

    private static String details(StoreHealth health) {
        return health.details().isEmpty()
                ? ""
                : health.details().entrySet().stream()
                        .map(detail -> detail.getKey() + " " + detail.getValue())
                        .collect(Collectors.joining(", ", " (", ")"));
    }

    /**
     * Finds the writer of a file: it holds a lock on FILE.lock, whose first line is its process id. That is next to the file itself,
     * not to a symbolic link to it.
     */
    private static Diagnosis writer(Path file) {
        Path lock = file.resolveSibling(file.getFileName() + ".lock");
        try {
            Path real = file.toRealPath();
            lock = real.resolveSibling(real.getFileName() + ".lock");
            String holder = Files.exists(lock) ? holderOf(lock) : "";
            return Diagnosis.ok(
                    "lock",
                    holder.isEmpty()
                            ? "no process has it open for writing"
                            : "process " + holder + " has it open for writing");
        } catch (IOException e) {
            return Diagnosis.warn("lock", "cannot read " + lock + ": " + e);
        }
    }

    /** Returns the id of the process that holds the lock; empty if there is none. */
    private static String holderOf(Path lock) throws IOException {
        if (FileLocks.areListed()) {
            return FileLocks.holderOf(lock).orElse("");
        }
        String last = Files.readString(lock).lines().findFirst().orElse("");
        boolean alive = last.matches("[0-9]{1,18}")
                && ProcessHandle.of(Long.parseLong(last))
                        .map(ProcessHandle::isAlive)
                        .orElse(false);
        return alive ? last : "";
    }
}
