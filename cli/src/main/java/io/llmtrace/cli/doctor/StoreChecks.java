package io.llmtrace.cli.doctor;

import io.llmtrace.cli.UsageException;
import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The store: whether it is there, opens, works, and who writes to it. */
public final class StoreChecks {

    private StoreChecks() {}

    /**
     * @param file of the store, if it is one
     * @param opener opens it for reading only
     */
    public static List<Diagnosis> store(String name, Optional<Path> file, Supplier<TraceRepository> opener) {
        if (file.isPresent() && Files.notExists(file.get())) {
            return List.of(Diagnosis.ok("store", name + " is not there yet: the first write creates it"));
        }
        List<Diagnosis> found = new ArrayList<>();
        if (file.isPresent() && !Files.isWritable(file.get())) {
            found.add(Diagnosis.fail("store", file.get() + " is not writable: give this user the right"));
        }
        try (TraceRepository repository = opener.get()) {
            found.add(
                    file.isPresent()
                            ? opened(name, repository.check())
                            : health("store", name + ": ", repository.check()));
        } catch (StorageException | UsageException e) {
            found.add(Diagnosis.fail("store", String.valueOf(e.getMessage())));
        }
        file.ifPresent(path -> found.add(writer(path)));
        return found;
    }

    /** Of a server, which answers for its store. */
    public static Diagnosis server(StoreHealth health) {
        return health("server", "", health);
    }

    private static Diagnosis health(String check, String prefix, StoreHealth health) {
        String message = prefix + health.message() + details(health);
        return switch (health.state()) {
            case OK -> Diagnosis.ok(check, message);
            case READ_ONLY -> Diagnosis.warn(check, message);
            case DOWN -> Diagnosis.fail(check, message);
        };
    }

    /** Opened for reading only, as a file is here, a sound store says that it is read-only. */
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

    /** Who writes holds a lock on FILE.lock, and keeps its process id in it. */
    private static Diagnosis writer(Path file) {
        Path lock = file.resolveSibling(file.getFileName() + ".lock");
        try {
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

    /** Empty when nobody holds it. */
    private static String holderOf(Path lock) throws IOException {
        if (FileLocks.areListed()) {
            return FileLocks.holderOf(lock).orElse("");
        }
        String last = Files.readString(lock).strip();
        boolean alive = last.matches("[0-9]{1,18}")
                && ProcessHandle.of(Long.parseLong(last))
                        .map(ProcessHandle::isAlive)
                        .orElse(false);
        return alive ? last : "";
    }
}
