package io.llmtrace.storage.spi;

import io.llmtrace.storage.AccessRefusedException;
import io.llmtrace.storage.StorageException;
import io.llmtrace.storage.StoreHealth;
import io.llmtrace.storage.TraceRepository;
import io.llmtrace.storage.UnavailableException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A repository for a store that may not be reachable yet. A thread tries to open the store until it succeeds. */
public final class ReconnectingRepository extends ForwardingTraceRepository {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final Supplier<TraceRepository> opener;
    private final Thread thread = new Thread(this::openUntilReachable, "llmtrace-open");

    private @Nullable TraceRepository opened;
    private StorageException failure;
    private boolean closed;

    /**
     * Opens a store that may be unavailable, such as a database server that starts at the same time as this process. If it is
     * unavailable, returns a repository that keeps trying to open it. Until it succeeds, {@link TraceRepository#check()} reports
     * the reason, and every other call throws {@link UnavailableException}.
     *
     * @param opener opens the store, such as {@code () -> TraceRepositories.open(url)}; called until it succeeds
     * @throws StorageException if the first attempt fails with another exception than {@link UnavailableException}, or with
     *     {@link AccessRefusedException}, since waiting does not help then
     */
    public static TraceRepository open(Supplier<TraceRepository> opener) {
        try {
            return opener.get();
        } catch (AccessRefusedException e) {
            throw e;
        } catch (UnavailableException e) {
            return new ReconnectingRepository(opener, e);
        }
    }

    private ReconnectingRepository(Supplier<TraceRepository> opener, StorageException failure) {
        this.opener = opener;
        this.failure = failure;
        thread.setDaemon(true);
        thread.start();
    }

    private void openUntilReachable() {
        Duration pause = FIRST_PAUSE;
        while (pause(pause)) {
            try {
                use(opener.get());
                return;
            } catch (StorageException e) {
                noteFailure(e);
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    /**
     * Waits, and returns false if this repository was closed. The pause is random, so that not all processes connect at the same
     * moment when the store is available again.
     */
    private static boolean pause(Duration pause) {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(pause.toMillis() / 2, pause.toMillis() + 1));
            return true;
        } catch (InterruptedException e) {
            return false; // closed
        }
    }

    private synchronized void use(TraceRepository repository) {
        if (closed) {
            repository.close();
        } else {
            opened = repository;
        }
    }

    private synchronized void noteFailure(StorageException e) {
        failure = e;
    }

    private synchronized TraceRepository opened() {
        if (closed) {
            throw new IllegalStateException("repository is closed: its store could not be opened before");
        }
        if (opened == null) {
            // Whatever the failure, callers must retry their writes later instead of dropping them.
            throw new UnavailableException("the store is not open yet: " + failure.getMessage(), failure);
        }
        return opened;
    }

    @Override
    protected TraceRepository delegate() {
        return opened();
    }

    @Override
    public StoreHealth check() {
        TraceRepository repository;
        try {
            repository = opened();
        } catch (UnavailableException e) {
            return StoreHealth.builder(StoreHealth.State.DOWN, String.valueOf(e.getMessage()))
                    .build();
        }
        return repository.check();
    }

    @Override
    public void close() {
        TraceRepository repository;
        synchronized (this) {
            repository = opened;
            closed = repository == null;
        }
        thread.interrupt();
        if (repository != null) {
            repository.close();
        }
    }

    @Override
    public synchronized String toString() {
        return opened == null ? "ReconnectingRepository[not open yet]" : opened.toString();
    }
}
